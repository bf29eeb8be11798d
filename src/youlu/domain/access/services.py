"""Making people and tokens, giving roles, ending both."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Sequence

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from youlu.core.audit import audit_record
from youlu.core.clock import real_now
from youlu.domain.access.errors import (
    OwnAccountError,
    PowersJoinedError,
    UnknownRoleError,
    UnknownUserError,
    UsernameTakenError,
    WeakPasswordError,
)
from youlu.domain.access.models import POWERS, Role, Token, User
from youlu.domain.access.selectors import Actor, actor_id


@transaction.atomic
def user_create(
    *, actor: Actor, username: str, display_name: str, roles: Sequence[str], scope: str = "",
    password: str | None = None,
) -> User:
    """Make a person; without a password they cannot log in by one.

    Raises
    ------
    UnknownRoleError, PowersJoinedError, UsernameTakenError, WeakPasswordError
    """
    actor.require("access.admin")
    roles_check(roles)
    if User.objects.filter(username=username).exists():
        raise UsernameTakenError()
    user = User(username=username, display_name=display_name, roles=list(roles), scope=scope)
    password_apply(user, password)
    user.save()
    audit_record(actor=actor.id, action="user.create", object_type="user", object_id=str(user.id), roles=list(roles))
    return user


@transaction.atomic
def user_roles_set(*, actor: Actor, user_id: uuid.UUID, roles: Sequence[str], scope: str | None = None) -> None:
    """Give these roles and no others; nobody gives any to themselves.

    Raises
    ------
    UnknownUserError, OwnAccountError, UnknownRoleError, PowersJoinedError
    """
    actor.require("access.admin")
    user = another_locked(actor, user_id)
    roles_check(roles)
    before = user.roles
    user.roles = list(roles)
    user.scope = user.scope if scope is None else scope
    user.save(update_fields=["roles", "scope"])
    audit_record(actor=actor.id, action="user.roles", object_type="user", object_id=str(user.id), before=before,
                 after=list(roles), scope=user.scope)


@transaction.atomic
def user_password_set(*, actor: Actor, user_id: uuid.UUID, password: str) -> None:
    """A new password; every session of the person ends, because a session is bound to the password."""
    actor.require("access.admin")
    user = another_locked(actor, user_id)
    password_apply(user, password)
    user.save(update_fields=["password"])
    audit_record(actor=actor.id, action="user.password", object_type="user", object_id=str(user.id))


@transaction.atomic
def password_changed(*, user: User) -> None:
    """Note that a person has changed their own password."""
    audit_record(actor=actor_id(user.id), action="user.password", object_type="user", object_id=str(user.id))


@transaction.atomic
def user_factors_reset(*, actor: Actor, user_id: uuid.UUID) -> None:
    """Take every factor and recovery code from somebody who lost them; they set up anew at the next login."""
    actor.require("access.admin")
    user = another_locked(actor, user_id)
    count = Authenticator.objects.filter(user=user).delete()[0]
    audit_record(actor=actor.id, action="factor.reset", object_type="user", object_id=str(user.id), count=count)


@transaction.atomic
def user_active_set(*, actor: Actor, user_id: uuid.UUID, is_active: bool) -> None:
    """Shut or open an account; sessions of a shut one are nobody's from the next request on."""
    actor.require("access.admin")
    user = another_locked(actor, user_id)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    audit_record(actor=actor.id, action="user.open" if is_active else "user.shut", object_type="user",
                 object_id=str(user.id))


def roles_check(roles: Sequence[str]) -> None:
    """Raises UnknownRoleError, PowersJoinedError."""
    for role in roles:
        if role not in Role.values:
            raise UnknownRoleError(role=role)
    if len({*roles} & {*POWERS}) > 1:
        raise PowersJoinedError()


def another_locked(actor: Actor, user_id: uuid.UUID) -> User:
    """Somebody else's account. Raises OwnAccountError, UnknownUserError."""
    if actor.id == actor_id(user_id):
        raise OwnAccountError()
    user = User.objects.select_for_update().filter(id=user_id).first()
    if user is None:
        raise UnknownUserError()
    return user


def password_apply(user: User, password: str | None) -> None:
    """Raises WeakPasswordError."""
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise WeakPasswordError(why=" ".join(error.messages)) from None
    user.set_password(password)


@transaction.atomic
def token_issue(
    *, actor: Actor, kind: str, name: str, permissions: list[str], scope: str = "",
    expires_at: dt.datetime | None = None, secret: str | None = None,
) -> str:
    """Issue a token and return its secret, which is shown this once; a hash of it is kept."""
    actor.require("access.admin")
    secret = secret or secrets.token_urlsafe(32)
    token = Token.objects.create(kind=kind, name=name, permissions=permissions, scope=scope, expires_at=expires_at,
                                 secret_hash=hashlib.sha256(secret.encode()).digest())
    audit_record(actor=actor.id, action="token.issue", object_type="token", object_id=str(token.id),
                 permissions=permissions)
    return secret


@transaction.atomic
def token_revoke(*, actor: Actor, token_id: uuid.UUID) -> None:
    """End a token at once. Raises UnknownUserError where there is none to end."""
    actor.require("access.admin")
    if not Token.objects.filter(id=token_id, revoked_at=None).update(revoked_at=real_now()):
        raise UnknownUserError()
    audit_record(actor=actor.id, action="token.revoke", object_type="token", object_id=str(token_id))
