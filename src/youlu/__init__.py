"""Youlu (邮路): the operations platform of a provincial post."""

__version__ = "0.1.0"
