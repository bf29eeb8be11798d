"""What every programme's folder must keep, told as sentences about what does not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from youlu.domain.catalogue.spec import ADDRESSEE, PERSONAL, Applies, Field, FieldKind, Programme, Text

MAIL_CLASSES = ("express", "parcel", "registered")
ADDRESSEE_GIVES = (FieldKind.NAME, FieldKind.PHONE, FieldKind.DIVISION, FieldKind.ADDRESS)
MAY_IMPORT = ("youlu.domain.catalogue.spec", "youlu.engines.codes")
FILES = ("__init__.py", "programme.py", "README.md", "fixtures/answers.json", "tests")
_HAN = r"[\u4e00-\u9fff]"
_NARROW_BESIDE_HAN = re.compile(rf"{_HAN}[,:;!?()]|[,:;!?()]{_HAN}")


def contract_problems(programme: Programme, folder: Path) -> list[str]:
    """Sentences for the developer; empty when the folder keeps the contract."""
    return [*_of_whole(programme), *_of_form(programme), *_of_texts(programme), *_of_folder(programme, folder)]


def _of_whole(programme: Programme) -> Iterator[str]:
    if programme.mail_class not in MAIL_CLASSES:
        yield f"mail_class {programme.mail_class!r} is none of {', '.join(MAIL_CLASSES)}"
    if (programme.applies is Applies.VOUCHER_HOLDER) != (programme.voucher is not None):
        yield "a voucher is declared if and only if its holder applies"
    if programme.voucher is not None and programme.voucher.good_days < 1:
        yield "a voucher is good for a day at least"
    codes = [demand.code for demand in programme.delivery]
    if len(codes) != len(set(codes)):
        yield "two delivery demands have one code"
    for rule in programme.rules:
        if not rule.__name__.startswith("rule_") or not rule.__doc__:
            yield f"rule {rule.__name__}: name it rule_… and say it in a planner's words in its docstring"


def _of_form(programme: Programme) -> Iterator[str]:
    seen: dict[str, Field] = {}
    roles: set[str] = set()
    for field in programme.form:
        if field.key in seen:
            yield f"two questions have the key {field.key}"
        if field.kind is FieldKind.NAME:
            roles.add(field.of)
        elif field.kind in PERSONAL | {FieldKind.CONSENT, FieldKind.DIVISION} and field.of not in roles:
            yield f"{field.key}: the name of the {field.of} is asked before anything else about them"
        if field.only_if is not None:
            yield from _of_condition(field.key, field.only_if.key, field.only_if.values, seen)
        if field.kind is FieldKind.CHOICE and len({choice.value for choice in field.choices}) < 2:
            yield f"{field.key}: a choice has two different answers at least"
        seen[field.key] = field
    for kind in ADDRESSEE_GIVES:
        if not any(f.kind is kind and f.of == ADDRESSEE and f.required and not f.only_if for f in programme.form):
            yield f"the form never asks the addressee's {kind}: mail cannot be delivered without it"
    for demand in programme.delivery:
        if demand.only_if is not None:
            yield from _of_condition(f"demand {demand.code}", demand.only_if.key, demand.only_if.values, seen)


def _of_condition(what: str, key: str, values: tuple[str, ...], seen: dict[str, Field]) -> Iterator[str]:
    field = seen.get(key)
    if field is None or field.kind is not FieldKind.CHOICE:
        yield f"{what}: only_if names {key}, which is no earlier choice"
    elif not set(values) <= {choice.value for choice in field.choices}:
        yield f"{what}: only_if names an answer that {key} does not offer"


def _of_texts(programme: Programme) -> Iterator[str]:
    for where, text in programme_texts(programme):
        if not text.zh or not text.en:
            yield f"{where}: both languages are needed"
        if _NARROW_BESIDE_HAN.search(text.zh):
            yield f"{where}: half-width punctuation beside Han in “{text.zh}”"


def programme_texts(programme: Programme) -> Iterator[tuple[str, Text]]:
    """Every text a person can read, with where it stands."""
    yield from (("name", programme.name), ("summary", programme.summary), ("texts.intro", programme.texts.intro))
    yield from (("texts.before_you_start", text) for text in programme.texts.before_you_start)
    yield from (("texts.next_steps", text) for text in programme.texts.next_steps)
    yield from ((f"demand {demand.code}", demand.sentence) for demand in programme.delivery)
    if programme.voucher is not None:
        yield "voucher.printed_on", programme.voucher.printed_on
    for field in programme.form:
        yield field.key, field.question
        yield from ((field.key, text) for text in (field.hint, field.why) if text)
        yield from ((field.key, choice.label) for choice in field.choices)


def _of_folder(programme: Programme, folder: Path) -> Iterator[str]:
    for name in FILES:
        if not (folder / name).exists():
            yield f"{name} is missing"
    own = re.compile(rf"youlu\.programmes\.{re.escape(programme.code)}(\.|$)|.*\.{re.escape(programme.code)}(\.|$)")
    for path in sorted(folder.glob("*.py")):
        for module in _imports(path):
            if module.startswith("youlu") and not module.startswith(MAY_IMPORT) and not own.match(module):
                yield f"{path.name} imports {module}: a programme knows the catalogue's spec, the codes and itself"


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import name` may import a module: judge by the longer name.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
