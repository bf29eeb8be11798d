"""The product's own template tags."""

from django import template

register = template.Library()
