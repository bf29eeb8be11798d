"""The product's mark as the pictures that a telephone puts on its first screen: drawn here, so that none is kept."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

BRAND, INK = "#006B48", "#FFFFFF"
GRID = 32  # the mark's own units; all of it lies within the middle 80 %, which no shape of icon cuts off
FINER = 4  # drawn larger and scaled down: Pillow's lines have hard edges


def icon_png(size: int) -> bytes:
    """A square of `size` pixels, an envelope on the brand's green."""
    scale = size * FINER / GRID
    picture = Image.new("RGB", (size * FINER, size * FINER), BRAND)
    draw, width = ImageDraw.Draw(picture), round(2.2 * scale)

    def line(*points: tuple[float, float]) -> None:
        placed = [(x * scale, y * scale) for x, y in points]
        draw.line(placed, INK, width, joint="curve")
        for x, y in (placed[0], placed[-1]):
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), INK)

    line((7.5, 10.5), (24.5, 10.5), (24.5, 22), (7.5, 22), (7.5, 10.5))
    line((7.5, 11.5), (16, 18), (24.5, 11.5))
    out = BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
