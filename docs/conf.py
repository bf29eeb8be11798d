"""Sphinx: the documentation as a site, in English and in Chinese. `./youlu docs build` runs it."""

from __future__ import annotations

import posixpath
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

project = "邮路 Youlu"
author = "Youlu contributors"
extensions = ["myst_parser"]
exclude_patterns = ["locale", "_*"]
templates_path = ["_templates"]
html_static_path = ["_static"]
html_theme = "furo"
html_title = "邮路 Youlu"
html_css_files = ["youlu.css"]
html_show_sphinx = False
html_copy_source = False
html_sidebars = {"**": ["sidebar/brand.html", "language.html", "sidebar/search.html", "sidebar/scroll-start.html",
                        "sidebar/navigation.html", "sidebar/scroll-end.html"]}
highlight_language = "text"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

# Chinese is a catalogue a page. Places in files are left out: a line that moved would change the catalogues.
language = "en"
locale_dirs = ["locale"]
gettext_compact = False
gettext_location = False


def links_to_english_mark(app: Sphinx, tree: nodes.document, page: str) -> None:
    """In Chinese, say of a link that it leads to a page that is English: one without a catalogue."""
    if app.config.language == "en":
        return
    catalogues = Path(app.srcdir) / "locale" / app.config.language / "LC_MESSAGES"
    for link in list(tree.findall(nodes.reference)):
        address = link.get("refuri", "").partition("#")[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), address)).removesuffix(".html")
        if link.get("internal") and address and not (catalogues / f"{target}.po").exists():
            link += nodes.inline(text="（英文）")


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", links_to_english_mark)
