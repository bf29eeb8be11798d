"""检查: pages of the documentation that are made from the product itself, so that they cannot lie."""

from __future__ import annotations

from pathlib import Path

import typer

from youlu.interfaces.cli.app import app, need_database
from youlu.interfaces.cli.faults import Fault

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


@docs.command()
def build(
    language: str = typer.Option("", help="zh或en；不写就两种 / one language, else both"),
    to: Path = typer.Option(Path("site"), help="写到哪个文件夹 / the folder"),
) -> None:
    """生成文档网站，中文英文各一套。 / Build the documentation. Example: ./youlu docs build --language zh"""
    from youlu.interfaces.cli.site import LANGUAGES, site_build

    if language and language not in LANGUAGES:
        raise Fault(f"没有语言“{language}”。", "docs build --language", "写 zh 或 en / zh or en")
    site_build(languages=[language] if language else list(LANGUAGES), to=to)
    typer.echo(f"打开 / open: {to.resolve() / 'index.html'}")


@docs.command()
def translate() -> None:
    """把改过的英文放进中文目录，列出要写的。 / Update the Chinese catalogues. Example: ./youlu docs translate"""
    from youlu.interfaces.cli.site import catalogues_update

    gaps = catalogues_update()
    for gap in gaps:
        typer.echo(gap)
    typer.echo(f"还有{len(gaps)}段要写 / paragraphs to write: {len(gaps)}", err=True)


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
