"""The icons that pages may use, drawn once into a sprite; the shapes of the states stand beside them.

An icon is a word of the interface: adding one is a decision, so there is a list. The drawings come out of the
package `lucide`; the shapes of the states are our own (a state is never told by colour alone).
"""

from __future__ import annotations

import re
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile

ICONS = (
    "arrow-left",
    "arrow-right",
    "badge-check",
    "bell",
    "box",
    "boxes",
    "calendar-clock",
    "calendar-range",
    "chart-column",
    "check",
    "chevron-down",
    "chevron-right",
    "circle-question-mark",
    "circle-user",
    "clipboard-list",
    "clock",
    "cloud-off",
    "coffee",
    "construction",
    "copy",
    "download",
    "ellipsis",
    "file-text",
    "gauge",
    "headset",
    "history",
    "house",
    "id-card",
    "info",
    "key-round",
    "languages",
    "layout-grid",
    "list-checks",
    "log-out",
    "mail",
    "map-pin",
    "megaphone",
    "message-square-quote",
    "monitor",
    "moon",
    "package",
    "package-search",
    "pause",
    "pencil",
    "phone",
    "phone-call",
    "phone-missed",
    "play",
    "plus",
    "power",
    "printer",
    "refresh-cw",
    "route",
    "ruler",
    "scan-line",
    "search",
    "send",
    "shield",
    "skip-forward",
    "sun",
    "timer",
    "triangle-alert",
    "truck",
    "undo-2",
    "upload",
    "user",
    "users",
    "volume-2",
    "x",
)

# Twelve by twelve. Word first, then shape, then colour.
SHAPES = {
    "kept": '<circle cx="6" cy="6" r="5"/>',
    "risk": '<path d="M6 1l5.4 10H.6z"/>',
    "late": '<path d="M1 1h10v10H1z"/>',
    "closed": '<path fill-rule="evenodd" d="M6 .5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM3 5v2h6V5z"/>',
    "noway": '<path d="M2.4.9L6 4.5 9.6.9l1.5 1.5L7.5 6l3.6 3.6-1.5 1.5L6 7.5l-3.6 3.6L.9 9.6 4.5 6 .9 2.4z"/>',
    "unknown": '<path d="M6 .4L11.6 6 6 11.6.4 6z"/>',
}


def sprite_build() -> str:
    """One SVG with a symbol per icon and per shape.

    Raises
    ------
    KeyError
        An icon of the list that the installed package does not have.
    """
    archive = ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))
    symbols = [
        f'<symbol id="{name}" viewBox="0 0 24 24">{_strokes(archive.read(f"{name}.svg").decode())}</symbol>'
        for name in ICONS
    ]
    symbols += [f'<symbol id="m-{name}" viewBox="0 0 12 12">{path}</symbol>' for name, path in SHAPES.items()]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def _strokes(svg: str) -> str:
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    if inner is None:
        raise KeyError(svg[:60])
    return re.sub(r"\s*\n\s*", "", inner[1])
