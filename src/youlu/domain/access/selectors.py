"""Who may what. Deny by default: a permission that no app grants to a role is nobody's."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings

from youlu.core.bulk import cursor_raw
from youlu.core.clock import real_now
from youlu.core.errors import NotAllowedError
from youlu.domain.access.models import User


@dataclass(frozen=True)
class Actor:
    """Whoever asks: a person, a token, or the system itself. Every service and selector takes one."""

    id: str
    name: str
    permissions: frozenset[str]
    scope: str = ""  # division-code prefix

    def can(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise NotAllowedError unless the actor holds the permission."""
        if permission not in self.permissions:
            raise NotAllowedError(permission=permission)


@cache
def role_permissions() -> dict[str, frozenset[str]]:
    """Role -> permissions, gathered from the `grants` of every app."""
    held: dict[str, set[str]] = {}
    for config in apps.get_app_configs():
        for permission, roles in getattr(config, "grants", {}).items():
            for role in roles:
                held.setdefault(role, set()).add(permission)
    return {role: frozenset(permissions) for role, permissions in held.items()}


def actor_id(user_id: uuid.UUID | str) -> str:
    return f"user:{user_id}"


def actor_names(ids: Iterable[str]) -> dict[str, str]:
    """Names of people by actor id; machines and tokens are absent."""
    users = {one.partition(":")[2]: one for one in ids if one.startswith("user:")}
    rows = User.objects.filter(id__in=list(users)).values_list("id", "display_name", "username")
    return {users[str(user_id)]: name or username for user_id, name, username in rows}


def actor_of_user(user: User) -> Actor:
    table = role_permissions()
    permissions = frozenset[str]().union(*(table.get(role, frozenset()) for role in user.roles))
    return Actor(id=actor_id(user.id), name=user.display_name or user.username, permissions=permissions,
                 scope=user.scope)


def is_second_factor_owed(user: User) -> bool:
    """Whether one of the person's roles asks for a second factor that is not set up yet."""
    return is_second_factor_required(user) and not has_second_factor(user)


def is_second_factor_required(user: User) -> bool:
    return bool({*user.roles} & {*settings.SECOND_FACTOR_ROLES})


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(
        user_id=user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]).exists()


def people_of_role(role: str, *, scope: str) -> tuple[tuple[uuid.UUID, str], ...]:
    """Accounts in use that hold a role within a scope (division-code prefix): id and name, by name."""
    rows = User.objects.filter(is_active=True, roles__contains=[role], scope__startswith=scope)
    return tuple((user_id, name or username) for user_id, name, username in
                 rows.order_by("display_name", "username").values_list("id", "display_name", "username"))


def actor_of_system(name: str) -> Actor:
    """The system's own jobs: everything, under a name that the audit shows."""
    # Also what no role holds: scans are otherwise sent by devices alone.
    everything = frozenset(name for config in apps.get_app_configs() for name in getattr(config, "grants", {}))
    return Actor(id=f"system:{name}", name=name, permissions=everything)


_BY_HASH = """
SELECT id, name, permissions, scope FROM access_token
WHERE secret_hash = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)"""


def actor_of_token(secret: str) -> Actor | None:
    """The actor of a valid token; None for an unknown, expired or revoked one alike."""
    with cursor_raw() as cursor:  # asked by every call of the API
        cursor.execute(_BY_HASH, [hashlib.sha256(secret.encode()).digest(), real_now()], prepare=True)
        row = cursor.fetchone()
    if row is None:
        return None
    token_id, name, permissions, scope = row
    return Actor(id=f"token:{token_id}", name=name, permissions=frozenset(permissions), scope=scope)
