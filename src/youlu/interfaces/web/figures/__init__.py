"""Drawings: frozen rows in, SVG text out. No database, no request, no clock."""
