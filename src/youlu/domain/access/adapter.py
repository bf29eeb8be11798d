"""How django-allauth behaves here: nobody signs up, wrong tries are counted in the database, secrets are encrypted,
and what happens to a login or a factor stands in the audit."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from youlu.core.audit import audit_record
from youlu.core.crypto import decrypt, encrypt
from youlu.domain.access.errors import TooManyLoginsError
from youlu.domain.access.lockout import login_right, login_try
from youlu.domain.access.models import User
from youlu.domain.access.selectors import actor_id, is_second_factor_required

SECRET_FIELD = "mfa.authenticator"  # noqa: S105
WRONG_CODE = gettext_lazy("验证码不对。等下一个码出来再试。")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("用户名和密码对不上。核对后再试，或请安全管理员重置。"),
        "enter_current_password": gettext_lazy("现在的密码不对。"),
        "incorrect_password": gettext_lazy("密码不对。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        tries = tries_count(credentials.get("username", ""), self.get_client_ip(request))
        user = super().authenticate(request, **credentials)
        if user is not None:
            login_right(tries)
        return user

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        response = super().post_login(request, user, **more)
        audit_record(actor=actor_id(user.id), action="login.done", object_type="user", object_id=str(user.id))
        return response

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any,
                    message: str | None = None, **kwargs: Any) -> None:
        """Only what went wrong; that something went well is seen on the page."""
        if message:
            super().add_message(request, level, None, *args, message=message, **kwargs)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Accounts have no address to write to."""


def tries_count(account: str, address: str = "") -> list[int]:
    """Count a try; a form's error where there are none left."""
    try:
        return login_try(account=account, address=address)
    except TooManyLoginsError as error:
        raise ValidationError(error.message, code="too_many_login_attempts") from None


class FactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": gettext_lazy("您的岗位要求第二重验证，不能取消最后一种。先添加另一种。"),
    }

    def encrypt(self, text: str) -> str:
        return encrypt(text, field=SECRET_FIELD)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text, field=SECRET_FIELD)

    def get_totp_issuer(self) -> str:
        return "Youlu"

    def _get_site_name(self) -> str:
        return gettext("邮路")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor of somebody whose role asks for one stays."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(
            id=authenticator.id).exclude(type=Authenticator.Type.RECOVERY_CODES)
        return others.exists() or not is_second_factor_required(authenticator.user)


class CodeForm(AuthenticateForm):
    """The code of a login, counted like a password."""

    def clean_code(self) -> str:
        tries = tries_count(f"code:{self.user.pk}")
        code = super().clean_code()
        login_right(tries)
        return code


class CodeAgainForm(ReauthenticateForm):
    def clean_code(self) -> str:
        tries = tries_count(f"code:{self.user.pk}")
        code = super().clean_code()
        login_right(tries)
        return code


def factor_made(instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        _factor_note("added", instance)


def factor_gone(instance: Authenticator, **_: Any) -> None:
    _factor_note("removed", instance)


def _factor_note(deed: str, factor: Authenticator) -> None:
    audit_record(actor=actor_id(factor.user_id), action=f"factor.{deed}", object_type="user",
                 object_id=str(factor.user_id), type=str(factor.type))


def factors_watch() -> None:
    """Note each factor made or gone in its own transaction; allauth's own signals come after the commit."""
    post_save.connect(factor_made, sender=Authenticator, dispatch_uid="youlu.factor_made")
    post_delete.connect(factor_gone, sender=Authenticator, dispatch_uid="youlu.factor_gone")
