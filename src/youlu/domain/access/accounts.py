"""Accounts as the security administrator sees them, and the one-time invitation by which a person sets a password.

The invitation is signed over the account's present password and last login: it is void once it was used, once another
password was set, and after three days. Nothing of it is kept.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction

from youlu.core.audit import audit_record
from youlu.core.pages import PAGE_ROWS, Page
from youlu.domain.access.errors import InvitationError, UnknownUserError
from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor, actor_id
from youlu.domain.access.services import another_locked, password_apply

ADMIN = "access.admin"


class _Invitations(PasswordResetTokenGenerator):
    key_salt = "youlu.domain.access.invitation"


_invitations = _Invitations()


@dataclass(frozen=True)
class AccountRow:
    """`is_own`: the actor's, which somebody else has to change."""

    id: uuid.UUID
    username: str
    name: str
    roles: tuple[str, ...]
    scope: str
    is_active: bool
    has_password: bool
    factors: int
    last_login: dt.datetime | None
    is_own: bool


def accounts_page(*, actor: Actor, cursor: str | None = None) -> Page[AccountRow]:
    """By user name, fifty a page."""
    actor.require(ADMIN)
    found = list(User.objects.filter(username__gt=cursor or "").order_by("username")[:PAGE_ROWS + 1])
    rows = tuple(_row(actor, user) for user in found[:PAGE_ROWS])
    return Page(rows, rows[-1].username if len(found) > PAGE_ROWS else None)


def account_get(*, actor: Actor, user_id: uuid.UUID) -> AccountRow:
    """Raises UnknownUserError."""
    actor.require(ADMIN)
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise UnknownUserError()
    return _row(actor, user)


@transaction.atomic
def user_invite(*, actor: Actor, user_id: uuid.UUID) -> str:
    """End the account's password and logins; returns what lets its person set a new one, once. It is shown this once.

    Raises
    ------
    UnknownUserError, OwnAccountError
    """
    actor.require(ADMIN)
    user = another_locked(actor, user_id)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    audit_record(actor=actor.id, action="user.invite", object_type="user", object_id=str(user.id))
    return _invitations.make_token(user)


@transaction.atomic
def invitation_check(*, user_id: uuid.UUID, token: str) -> None:
    """Raises InvitationError: unknown, used, old, or of a shut account, told alike."""
    _invited(user_id, token)


@transaction.atomic
def invitation_accept(*, user_id: uuid.UUID, token: str, password: str) -> None:
    """The invited person's own password.

    Raises
    ------
    InvitationError, WeakPasswordError
    """
    user = _invited(user_id, token)
    password_apply(user, password)
    user.save(update_fields=["password"])
    audit_record(actor=actor_id(user.id), action="user.password", object_type="user", object_id=str(user.id))


def _invited(user_id: uuid.UUID, token: str) -> User:
    user = User.objects.select_for_update().filter(id=user_id, is_active=True).first()
    if user is None or not _invitations.check_token(user, token):
        raise InvitationError()
    return user


def _row(actor: Actor, user: User) -> AccountRow:
    return AccountRow(
        user.id, user.username, user.display_name, tuple(user.roles), user.scope, user.is_active,
        user.has_usable_password(), Authenticator.objects.filter(user_id=user.id).count(), user.last_login,
        actor.id == actor_id(user.id))
