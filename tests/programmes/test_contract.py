"""The contract of programmes, over every folder found: the test names none of them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from youlu.domain.applications.drafts import answers_check
from youlu.domain.applications.errors import BadAnswerError
from youlu.domain.catalogue.contract import contract_problems
from youlu.domain.catalogue.errors import UnknownProgrammeError
from youlu.domain.catalogue.registry import programme_folder, programme_get, programmes, programmes_all
from youlu.domain.catalogue.spec import Field, FieldKind, OnlyIf, Programme, Text
from youlu.domain.mail.models import MailClass

DOCS = Path(__file__).resolve().parents[2] / "docs"
EVERY = list(programmes_all().values())
every_programme = pytest.mark.parametrize("programme", EVERY, ids=lambda p: p.code)


def _fixture(programme: Programme) -> dict[str, Any]:
    return json.loads((programme_folder(programme.code) / "fixtures" / "answers.json").read_text())


def _check(programme: Programme, answers: dict[str, str], fixture: dict[str, Any]) -> dict[str, str]:
    return answers_check(programme, answers, today=dt.date.fromisoformat(fixture["today"]))


@every_programme
def test_a_folder_keeps_the_contract(programme: Programme) -> None:
    assert contract_problems(programme, programme_folder(programme.code)) == []


@every_programme
def test_its_valid_answers_pass(programme: Programme) -> None:
    fixture = _fixture(programme)
    for change in [{}, *fixture.get("also_valid", [])]:
        kept = _check(programme, {**fixture["valid"], **change}, fixture)
        assert kept.keys() == {one.key for one in programme.questions(kept)}


@every_programme
def test_its_wrong_answers_are_refused_at_the_question_that_must_change(programme: Programme) -> None:
    fixture = _fixture(programme)
    for case in fixture["refused"]:
        with pytest.raises(BadAnswerError) as caught:
            _check(programme, {**fixture["valid"], **case["change"]}, fixture)
        assert caught.value.key == case["key"], case


@every_programme
def test_each_of_its_rules_refuses_something(programme: Programme) -> None:
    fixture = _fixture(programme)
    for rule in programme.rules:
        without = replace(programme, rules=tuple(one for one in programme.rules if one is not rule))
        cases = [case for case in fixture["refused"] if case.get("rule") == rule.__name__]
        assert cases, f"no fixture shows what {rule.__name__} refuses"
        for case in cases:  # without the rule the same answers pass: it is this rule that refuses them
            assert _check(without, {**fixture["valid"], **case["change"]}, fixture)


@every_programme
@pytest.mark.parametrize("place", range(20))
def test_every_required_question_must_be_answered(programme: Programme, place: int) -> None:
    fixture = _fixture(programme)
    asked = [one for one in programme.questions(fixture["valid"]) if one.required]
    if place < len(asked):
        answers = {key: value for key, value in fixture["valid"].items() if key != asked[place].key}
        with pytest.raises(BadAnswerError):
            _check(programme, answers, fixture)


def test_what_is_for_copying_is_not_offered() -> None:
    assert "_template" in programmes_all()
    assert not any(code.startswith("_") for code in programmes())
    with pytest.raises(UnknownProgrammeError):
        programme_get("_template")


def test_the_mail_classes_of_the_contract_are_those_of_the_mail() -> None:
    from youlu.domain.catalogue.contract import MAIL_CLASSES

    assert set(MAIL_CLASSES) == set(MailClass.values)


def _broken(**changes: Any) -> list[str]:
    programme = programmes_all()["_template"]
    return contract_problems(replace(programme, **changes), programme_folder("_template"))


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"mail_class": "pigeon"}, "mail_class"),
    ({"form": ()}, "never asks the addressee's name"),
    ({"name": Text("名", "")}, "both languages"),
    ({"name": Text("名(称)", "x")}, "half-width"),
    ({"delivery": programmes_all()["_template"].delivery * 2}, "one code"),
    ({"rules": (lambda facts: None,)}, "name it rule_"),
])
def test_the_contract_notices_a_broken_programme(changes: dict[str, Any], sentence: str) -> None:
    assert any(sentence in problem for problem in _broken(**changes))


@pytest.mark.parametrize(("field", "sentence"), [
    (Field("name", FieldKind.NAME, Text("问", "q")), "two questions"),
    (Field("g", FieldKind.PHONE, Text("问", "q"), of="guardian"), "name of the guardian"),
    (Field("g", FieldKind.TEXT, Text("问", "q"), only_if=OnlyIf("nothing", ("x",))), "no earlier choice"),
    (Field("g", FieldKind.TEXT, Text("问", "q"), only_if=OnlyIf("purpose", ("x",))), "does not offer"),
    (Field("g", FieldKind.CHOICE, Text("问", "q")), "two different answers"),
])
def test_the_contract_notices_a_broken_question(field: Field, sentence: str) -> None:
    form = (*programmes_all()["_template"].form, field)
    assert any(sentence in problem for problem in _broken(form=form))


def test_the_contract_notices_a_programme_that_reaches_into_the_house(tmp_path: Path) -> None:
    (tmp_path / "programme.py").write_text("from youlu.domain.mail.models import Item\nimport youlu.core.clock\n")
    problems = contract_problems(programmes_all()["_template"], tmp_path)
    assert sum("imports" in problem for problem in problems) == 2
    assert any("README.md is missing" in problem for problem in problems)


def test_every_field_a_programme_may_declare_is_described() -> None:
    from dataclasses import fields

    from youlu.domain.catalogue import spec

    page = (DOCS / "reference" / "programme.md").read_text()
    for described in (spec.Programme, spec.Field, spec.Demand, spec.VoucherSpec, spec.Texts, spec.Facts, spec.Refusal):
        missing = [one.name for one in fields(described) if f"`{one.name}`" not in page]
        assert not missing, f"docs/reference/programme.md does not describe {missing} of {described.__name__}"
    for kind in FieldKind:
        assert f"`{kind}`" in page
