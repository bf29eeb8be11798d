"""检查: pages of the documentation that are made from the product itself, so that they cannot lie."""

from __future__ import annotations

from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database

GROUP = "检查"
docs = typer.Typer(no_args_is_help=True, help="文档：由产品生成的几页。 / Documentation made from the product.")
app.add_typer(docs, name="docs", rich_help_panel=GROUP)
NEWSPAPER = Path(__file__).resolve().parents[4] / "docs" / "reference" / "newspaper.md"


@docs.command()
def newspaper(
    out: Path = typer.Option(NEWSPAPER, help="写到哪里 / where to"),
) -> None:
    """生成“这一版报纸”的文档页。 / Write docs/reference/newspaper.md. Example: ./youlu docs newspaper"""
    need_database(migrate=False)
    out.write_text(newspaper_page(), encoding="utf-8")
    typer.echo(f"已写 / written: {out}", err=True)


def newspaper_page() -> str:
    """The page's text, with the addresses of the product's own pages."""
    from django.urls import reverse

    from youlu.interfaces.web.newspaper_reading import markdown, systems_read

    systems = systems_read()
    pages = {figure.page for system in systems for figure in system.figures if figure.page}
    return markdown(systems, {page: reverse(f"web:{page}") for page in pages})
