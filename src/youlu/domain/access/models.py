"""Who acts: people with roles and a scope, devices and partners with tokens."""

from __future__ import annotations

from itertools import combinations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models

from youlu.core.ids import uuid7


class Role(models.TextChoices):
    DISPATCHER = "dispatcher", "调度员"
    SUPERVISOR = "supervisor", "客服主管"
    AGENT = "agent", "客服员"
    CLERK = "clerk", "营业员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDITOR = "auditor", "审计员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"


# 三员分立: at most one of these in one account.
POWERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)


class User(AbstractUser):
    """A person of the post. `scope` is a division-code prefix ("62" is Gansu, "620102" one district, "" all)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    display_name = models.TextField(default="")
    roles = ArrayField(models.TextField(choices=Role.choices), default=list)
    scope = models.TextField(blank=True, default="")

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(roles__contains=[one, other]), name=f"access_user_{one.value}_or_{other.value}")
            for one, other in combinations(POWERS, 2)
        ]


class LoginTry(models.Model):
    """A password or a code that was wrong, or is being looked at. `key` is a blind index of an account or address."""

    key = models.BinaryField()
    tried_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "tried_at"], name="access_login_try")]


class Token(models.Model):
    """What a device or a partner shows instead of a password; only its hash is kept."""

    class Kind(models.TextChoices):
        DEVICE = "device", "手持终端"
        PARTNER = "partner", "合作单位"

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.TextField(choices=Kind.choices)
    name = models.TextField()
    secret_hash = models.BinaryField(unique=True)
    permissions = ArrayField(models.TextField(), default=list)
    scope = models.TextField(blank=True, default="")
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
