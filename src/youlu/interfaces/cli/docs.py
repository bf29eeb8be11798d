"""检查: pages of the documentation that are made from the product itself, so that they cannot lie."""

from __future__ import annotations

from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database

GROUP = "检查"
docs = typer.Typer(no_args_is_help=True, help="文档：由产品生成的几页。 / Documentation made from the product.")
app.add_typer(docs, name="docs", rich_help_panel=GROUP)
REFERENCE = Path(__file__).resolve().parents[4] / "docs" / "reference"


@docs.command()
def newspaper() -> None:
    """生成“这一版报纸”的文档页。 / Write docs/reference/newspaper.md. Example: ./youlu docs newspaper"""
    need_database(migrate=False)
    _write("newspaper", newspaper_page())


@docs.command()
def cli() -> None:
    """生成命令参考。 / Write docs/reference/cli.md. Example: ./youlu docs cli"""
    _write("cli", cli_reference())


@docs.command()
def api() -> None:
    """生成接口参考。 / Write docs/reference/api.md. Example: ./youlu docs api"""
    need_database(migrate=False)
    _write("api", api_reference())


def newspaper_page() -> str:
    """The newspaper page, with the addresses of the product's own pages."""
    from django.urls import reverse

    from youlu.interfaces.web.newspaper_reading import markdown, systems_read

    systems = systems_read()
    pages = {figure.page for system in systems for figure in system.figures if figure.page}
    return markdown(systems, {page: reverse(f"web:{page}") for page in pages})


def cli_reference() -> str:
    """All commands, from the commands."""
    from youlu.interfaces.cli.reference import cli_page

    return cli_page(typer.main.get_command(app))


def api_reference() -> str:
    """The API, from its own description."""
    from youlu.interfaces.api.api import api as described
    from youlu.interfaces.cli.reference import api_page

    return api_page(described.get_openapi_schema(path_prefix="/api/v1/"))


def _write(name: str, text: str) -> None:
    path = REFERENCE / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    typer.echo(f"已写 / written: {path}", err=True)
