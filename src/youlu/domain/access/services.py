"""Making people and tokens."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import transaction

from youlu.core.audit import audit_record
from youlu.domain.access.models import Token, User
from youlu.domain.access.selectors import Actor


@transaction.atomic
def user_create(
    *, actor: Actor, username: str, display_name: str, roles: list[str], scope: str = "", password: str | None = None
) -> User:
    """Make a person; without a password they cannot log in by one."""
    actor.require("access.admin")
    user = User(username=username, display_name=display_name, roles=roles, scope=scope)
    user.set_password(password)
    user.save()
    audit_record(actor=actor.id, action="user.create", object_type="user", object_id=str(user.id), roles=roles)
    return user


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
