"""Agencies as programs of their own: what stands on the other side of the wire in a demonstration."""
