"""三员分立: the system's keeper, the giver of rights and the auditor are three accounts, whichever way it is tried."""

from __future__ import annotations

from itertools import combinations

import pytest
from django.db import IntegrityError, connection, transaction

from youlu.core.errors import NotAllowedError
from youlu.core.models import AuditEntry
from youlu.domain.access.errors import (
    OwnAccountError,
    PowersJoinedError,
    UnknownRoleError,
    UnknownUserError,
    UsernameTakenError,
    WeakPasswordError,
)
from youlu.domain.access.models import POWERS, User
from youlu.domain.access.selectors import Actor, actor_of_user
from youlu.domain.access.services import user_active_set, user_create, user_password_set, user_roles_set

pytestmark = pytest.mark.django_db
PAIRS = list(combinations([str(power) for power in POWERS], 2))


def security_admin(username: str = "baoan") -> Actor:
    return actor_of_user(User.objects.create(username=username, roles=["security_admin"], password="!"))


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_the_service_refuses_two_powers_in_a_new_account(pair: tuple[str, str]) -> None:
    with pytest.raises(PowersJoinedError):
        user_create(actor=security_admin(), username="x", display_name="x", roles=[*pair, "clerk"])


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_the_service_refuses_a_second_power_for_an_account_that_has_one(pair: tuple[str, str]) -> None:
    actor = security_admin()
    user = user_create(actor=actor, username="x", display_name="x", roles=[pair[0]])
    with pytest.raises(PowersJoinedError):
        user_roles_set(actor=actor, user_id=user.id, roles=pair)
    assert User.objects.get(id=user.id).roles == [pair[0]]


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_the_database_refuses_what_went_round_the_service(pair: tuple[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="x", roles=list(pair))
    user = User.objects.create(username="y", roles=["clerk"])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE access_user SET roles = %s WHERE id = %s", [["clerk", *pair], user.id])


def test_one_power_beside_an_ordinary_post_is_nobodys_business_here() -> None:
    user_create(actor=security_admin(), username="x", display_name="x", roles=["auditor", "clerk"])


def test_nobody_gives_themselves_a_role_or_opens_their_own_account() -> None:
    user = User.objects.create(username="baoan", roles=["security_admin"], password="!")
    actor = actor_of_user(user)
    with pytest.raises(OwnAccountError):
        user_roles_set(actor=actor, user_id=user.id, roles=["dispatcher"])
    with pytest.raises(OwnAccountError):
        user_active_set(actor=actor, user_id=user.id, is_active=True)


@pytest.mark.parametrize("role", ["auditor", "system_admin", "supervisor", "dispatcher"])
def test_only_the_security_administrator_gives_roles(role: str) -> None:
    actor = actor_of_user(User.objects.create(username="x", roles=[role], password="!"))
    with pytest.raises(NotAllowedError):
        user_create(actor=actor, username="y", display_name="y", roles=["clerk"])


def test_every_change_of_rights_stands_in_the_audit_with_before_and_after() -> None:
    actor = security_admin()
    user = user_create(actor=actor, username="x", display_name="x", roles=["clerk"])
    user_roles_set(actor=actor, user_id=user.id, roles=["supervisor"], scope="6201")
    entry = AuditEntry.objects.get(action="user.roles")
    assert (entry.actor, entry.object_id) == (actor.id, str(user.id))
    assert entry.facts == {"before": ["clerk"], "after": ["supervisor"], "scope": "6201"}


def test_what_cannot_be_is_said() -> None:
    actor = security_admin()
    with pytest.raises(UnknownRoleError):
        user_create(actor=actor, username="x", display_name="x", roles=["king"])
    with pytest.raises(UnknownUserError):
        user_roles_set(actor=actor, user_id=User().id, roles=[])
    user = user_create(actor=actor, username="x", display_name="x", roles=[], password="long enough to keep")
    with pytest.raises(UsernameTakenError):
        user_create(actor=actor, username="x", display_name="x", roles=[])
    for weak in ("short", "password123456", "123456789012"):
        with pytest.raises(WeakPasswordError):
            user_password_set(actor=actor, user_id=user.id, password=weak)
    assert User.objects.get(id=user.id).password.startswith("argon2")
