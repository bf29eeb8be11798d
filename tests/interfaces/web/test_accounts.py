"""The security administrator makes accounts and gives rights, to others only, never two powers, all of it audited."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from youlu.core.models import AuditEntry
from youlu.domain.access.models import User

pytestmark = pytest.mark.django_db
GOOD = "correct-horse-battery"
NEW = {"username": "limin", "display_name": "李敏", "roles": ["agent"], "scope": "6201"}


@pytest.fixture
def admin(settings: Any) -> Client:
    settings.SECOND_FACTOR_ROLES = []
    client = Client()
    client.force_login(User.objects.create(username="baoan", roles=["security_admin"], password="!"))
    return client


def invitation(answer: Any) -> str:
    return re.search(r"http://[^<]*(/invitation/[^<]*)<", answer.content.decode())[1]  # type: ignore[index]


def user() -> User:
    return User.objects.get(username="limin")


def test_an_account_is_made_and_its_person_sets_the_password_once(admin: Client) -> None:
    address = invitation(admin.post("/accounts/new", NEW))
    assert (user().roles, user().scope, user().has_usable_password()) == (["agent"], "6201", False)
    assert "/invitation/" not in admin.get(f"/accounts/{user().id}").content.decode()
    person = Client()
    assert person.get(address).status_code == 200
    assert "至少" in person.post(address, {"password": "short"}).content.decode()
    assert not user().has_usable_password()
    assert person.post(address, {"password": GOOD}).url == "/login"
    assert user().check_password(GOOD)
    assert person.post(address, {"password": "another-long-one"}).status_code == 404, "once"
    assert [entry.action for entry in AuditEntry.objects.filter(object_id=str(user().id)).order_by("id")][:3] == [
        "user.create", "user.invite", "user.password"]


def test_a_weak_password_is_explained_in_the_readers_language(admin: Client) -> None:
    address = invitation(admin.post("/accounts/new", NEW))
    person = Client()
    person.cookies["django_language"] = "en"
    shown = person.post(address, {"password": "short"}).content.decode()
    assert "at least 12 characters" in shown


def test_an_invitation_that_was_overtaken_or_made_up_opens_nothing(admin: Client) -> None:
    first = invitation(admin.post("/accounts/new", NEW))
    person = Client()
    assert person.get(first[:-1] + ("a" if first[-1] != "a" else "b")).status_code == 404
    assert person.get(f"/invitation/{uuid.uuid4()}/{first.rsplit('/', 1)[1]}").status_code == 404
    admin.post(f"/accounts/{user().id}/shut")
    assert person.get(first).status_code == 404
    admin.post(f"/accounts/{user().id}/open")
    second = invitation(admin.post(f"/accounts/{user().id}/invite"))
    assert person.post(second, {"password": GOOD}).status_code == 302
    assert person.get(first).status_code == 404


def test_roles_are_changed_and_two_powers_are_not_given(admin: Client) -> None:
    admin.post("/accounts/new", NEW)
    address = f"/accounts/{user().id}"
    admin.post(f"{address}/roles", {"roles": ["clerk", "auditor"], "scope": "62"})
    assert (user().roles, user().scope) == (["clerk", "auditor"], "62")
    shown = admin.post(f"{address}/roles", {"roles": ["auditor", "security_admin"], "scope": ""}, follow=True)
    assert "不能是同一个账号" in shown.content.decode()
    for roles in (["postmaster"], ["clerk", "x"]):
        admin.post(f"{address}/roles", {"roles": roles, "scope": ""})
    admin.post(f"{address}/roles", {"roles": ["clerk"], "scope": "x"})
    assert (user().roles, user().scope) == (["clerk", "auditor"], "62")


def test_nobody_changes_their_own_account(admin: Client) -> None:
    me = User.objects.get(username="baoan")
    assert "另一位" in admin.get(f"/accounts/{me.id}").content.decode()
    for act in ("roles", "shut", "open", "factors", "invite"):
        admin.post(f"/accounts/{me.id}/{act}", {"roles": ["dispatcher", "security_admin"], "scope": ""})
    me.refresh_from_db()
    assert (me.roles, me.is_active, me.password) == (["security_admin"], True, "!")


def test_a_shut_account_is_out_and_a_factor_is_reset(admin: Client) -> None:
    admin.post("/accounts/new", NEW)
    session = Client()
    session.force_login(user())
    admin.post(f"/accounts/{user().id}/factors")
    admin.post(f"/accounts/{user().id}/shut")
    assert session.get("/my").status_code == 302
    actions = set(AuditEntry.objects.filter(object_id=str(user().id)).values_list("action", flat=True))
    assert {"factor.reset", "user.shut"} <= actions


def test_a_name_that_is_taken_is_said(admin: Client) -> None:
    admin.post("/accounts/new", NEW)
    answer = admin.post("/accounts/new", NEW)
    assert answer.status_code == 422
    assert "已经有人用了" in answer.content.decode()


def test_the_list_goes_by_pages(admin: Client) -> None:
    User.objects.bulk_create([User(username=f"u{number:03}", password="!") for number in range(120)])
    seen, address = [], "/accounts"
    while address:
        page = admin.get(address).context["page"]
        seen += [row.username for row in page.rows]
        address = f"/accounts?after={page.next_cursor}" if page.next_cursor else ""
    assert seen == sorted({"baoan", *(f"u{number:03}" for number in range(120))})
