"""QR codes as SVG: black on white in both themes, because scanners want it so."""

from __future__ import annotations

import io

import segno
from django.utils.safestring import SafeString


def qr_svg(text: str, *, label: str) -> SafeString:
    """A QR code (never Micro QR, which phones cannot read) with its quiet zone; `label` is what it opens."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", scale=4, border=4, light="#FFFFFF", dark="#000000",
                                        xmldecl=False, omitsize=True, title=label)
    return SafeString(out.getvalue().decode().replace("<svg ", '<svg role="img" ', 1))
