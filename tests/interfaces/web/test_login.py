"""Logging in: wrong tries run out, a second factor is asked of whoever owes one, and each login ends."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.test import Client

from youlu.core.clock import real_now
from youlu.core.models import AuditEntry
from youlu.domain.access import lockout
from youlu.domain.access.models import LoginTry, User

pytestmark = pytest.mark.django_db
PASSWORD = "four words make one"


@pytest.fixture
def auditor() -> User:
    return make("jicha", "auditor")


def make(username: str, role: str) -> User:
    user = User(username=username, display_name=username, roles=[role], scope="62")
    user.set_password(PASSWORD)
    user.save()
    return user


def login(client: Client, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/login", {"login": username, "password": password, **more})


def code_of(secret: str, ahead: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def enrol(client: Client) -> str:
    """Set up an authenticator app as a person would; returns its secret."""
    assert client.get("/account/factors/totp/activate/").status_code == 302
    client.post("/account/again", {"password": PASSWORD, "next": "/account/factors/totp/activate/"})
    client.get("/account/factors/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    answer = client.post("/account/factors/totp/activate/", {"code": code_of(secret, -1)})
    assert answer.headers["Location"] == "/account/factors/recovery-codes/"
    return secret


def test_a_login_stands_in_the_audit_and_starts_a_new_session(client: Client) -> None:
    user = make("hegong", "dispatcher")
    client.get("/login")
    assert login(client, "hegong").headers["Location"] == "/"
    assert AuditEntry.objects.get(action="login.done").object_id == str(user.id)
    assert client.get("/situation").status_code in (200, 404)


def test_a_wrong_password_and_an_unknown_name_read_alike(client: Client) -> None:
    make("hegong", "dispatcher")
    wrong, unknown = login(client, "hegong", "x"), login(client, "nobody", "x")
    assert wrong.status_code == unknown.status_code == 200
    told = [answer.content.decode().split("<main")[1].split("<form")[0] for answer in (wrong, unknown)]
    assert told[0] == told[1]
    assert "用户名和密码对不上" in told[0]


@pytest.mark.parametrize("username", ["hegong", "nobody"])
def test_after_five_wrong_tries_the_right_password_is_not_even_looked_at(client: Client, username: str) -> None:
    make("hegong", "dispatcher")
    for _ in range(lockout.ACCOUNT_MAX):
        login(client, username, "wrong")
    answer = login(client, username.upper())
    assert "试得太多次了" in answer.content.decode()
    assert client.get("/closures").status_code == 302
    assert AuditEntry.objects.filter(action="login.last_try").count() == 1


def test_the_lock_opens_when_the_window_has_passed(client: Client) -> None:
    make("hegong", "dispatcher")
    for _ in range(lockout.ACCOUNT_MAX):
        login(client, "hegong", "wrong")
    for row in LoginTry.objects.all():
        LoginTry.objects.filter(id=row.id).update(tried_at=row.tried_at - lockout.WINDOW)
    assert login(client, "hegong").status_code == 302
    assert lockout.login_tries_forget() >= lockout.ACCOUNT_MAX


def test_one_address_cannot_try_every_account(client: Client) -> None:
    for number in range(lockout.ADDRESS_MAX):
        lockout.login_try(account=f"a{number}", address="127.0.0.1")
    make("hegong", "dispatcher")
    assert "试得太多次了" in login(client, "hegong").content.decode()
    assert login(Client(REMOTE_ADDR="10.0.0.9"), "hegong").status_code == 302


def test_a_right_password_gives_its_try_back(client: Client) -> None:
    make("hegong", "dispatcher")
    for _ in range(lockout.ACCOUNT_MAX + 2):
        assert login(Client(), "hegong").status_code == 302
    assert not LoginTry.objects.exists()


@pytest.mark.usefixtures("auditor")
def test_whoever_owes_a_second_factor_sees_only_where_to_set_it_up(client: Client) -> None:
    login(client, "jicha")
    for page in ("/", "/audit", "/closures", "/items"):
        assert client.get(page).headers["Location"] == "/account/factors/"
    answer = client.get("/account/factors/")
    assert "第二重验证" in answer.content.decode()
    assert answer.headers["Cache-Control"]


@pytest.mark.usefixtures("auditor")
def test_with_the_second_factor_the_pages_open_and_the_next_login_asks_for_it(client: Client) -> None:
    login(client, "jicha")
    secret = enrol(client)
    assert client.get("/").status_code == 200
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert stored.startswith("k1:")
    assert sorted(AuditEntry.objects.filter(action="factor.added").values_list("facts__type", flat=True)) == [
        "recovery_codes", "totp"], list(AuditEntry.objects.values_list("action"))

    second = Client()
    assert login(second, "jicha").headers["Location"] == "/account/factors/authenticate/"
    assert second.get("/closures").status_code == 302
    assert second.post("/account/factors/authenticate/", {"code": "000000"}).status_code == 200
    code = code_of(secret)
    assert second.post("/account/factors/authenticate/", {"code": code}).headers["Location"] == "/"

    third = Client()
    login(third, "jicha")
    again = third.post("/account/factors/authenticate/", {"code": code})
    assert again.status_code == 200
    assert "验证码不对" in again.content.decode()


@pytest.mark.usefixtures("auditor")
def test_a_recovery_code_lets_in_once(client: Client) -> None:
    login(client, "jicha")
    enrol(client)
    shown = client.get("/account/factors/recovery-codes/").content.decode()
    code = shown.split('<li class="code">')[1][:8]
    assert code not in client.get("/account/factors/recovery-codes/").content.decode()  # shown once
    for expected in (302, 200):
        other = Client()
        login(other, "jicha")
        assert other.post("/account/factors/authenticate/", {"code": code}).status_code == expected


def test_codes_run_out_like_passwords(client: Client, auditor: User) -> None:
    TOTP.activate(auditor, "JBSWY3DPEHPK3PXP")
    login(client, "jicha")
    for _ in range(lockout.ACCOUNT_MAX):
        client.post("/account/factors/authenticate/", {"code": "000000"})
    answer = client.post("/account/factors/authenticate/", {"code": code_of("JBSWY3DPEHPK3PXP")})
    assert "试得太多次了" in answer.content.decode()


@pytest.mark.usefixtures("auditor")
def test_the_last_factor_of_a_role_that_asks_for_one_stays(client: Client) -> None:
    login(client, "jicha")
    enrol(client)
    page = client.get("/account/factors/totp/deactivate/").content.decode()
    assert "不能取消最后一种" in page
    client.post("/account/factors/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_another_role_may_have_a_second_factor_and_drop_it(client: Client) -> None:
    make("hegong", "dispatcher")
    login(client, "hegong")
    enrol(client)
    client.post("/account/factors/totp/deactivate/")
    assert not Authenticator.objects.exists()


def test_the_roles_that_owe_a_second_factor_are_a_setting(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["dispatcher"]
    make("hegong", "dispatcher")
    login(client, "hegong")
    assert client.get("/closures").headers["Location"] == "/account/factors/"


@pytest.mark.parametrize(("key", "ago_s"), [("since_s", 12 * 3600 + 60), ("seen_s", 121 * 60)])
def test_a_login_ends_after_its_hours_and_after_idle_minutes(client: Client, key: str, ago_s: int) -> None:
    make("hegong", "dispatcher")
    login(client, "hegong")
    assert client.get("/closures").status_code == 200
    session = client.session
    session[key] = int(time.time()) - ago_s
    session.save()
    assert client.get("/closures").headers["Location"].startswith("/login")


def test_a_new_password_ends_every_other_login(client: Client) -> None:
    make("hegong", "dispatcher")
    other = Client()
    login(client, "hegong")
    login(other, "hegong")
    answer = client.post("/account/password", {"oldpassword": PASSWORD, "password1": "another four words",
                                               "password2": "another four words"})
    assert answer.status_code == 302
    assert client.get("/closures").status_code == 200
    assert other.get("/closures").status_code == 302
    assert AuditEntry.objects.filter(action="user.password").count() == 1


def test_logging_out_ends_the_session_in_the_database_too(client: Client) -> None:
    make("hegong", "dispatcher")
    login(client, "hegong")
    kept = client.cookies["sessionid"].value
    client.post("/logout")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/closures").status_code == 302
    assert client.get("/logout").status_code == 405


def test_a_shut_account_is_out_with_its_next_request(client: Client) -> None:
    user = make("hegong", "dispatcher")
    login(client, "hegong")
    User.objects.filter(id=user.id).update(is_active=False)
    assert client.get("/closures").status_code == 302
    assert login(Client(), "hegong").status_code in (200, 302)
    assert Client().get("/closures").status_code == 302


def test_a_login_leads_to_no_other_site(client: Client) -> None:
    make("hegong", "dispatcher")
    assert login(client, "hegong", next="https://elsewhere.example/").headers["Location"] == "/"
    other = Client()
    assert login(other, "hegong", next="/closures").headers["Location"] == "/closures"


@pytest.mark.parametrize("path", ["/account/signup", "/signup", "/account/password/reset", "/account/email"])
def test_nobody_signs_up_and_nothing_is_reset_by_mail(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_session_ends_with_its_day_with_its_row_and_with_its_person(client: Client) -> None:
    user = make("bai", "dispatcher")
    for end in (lambda: Session.objects.update(expire_date=real_now()), lambda: Session.objects.all().delete(),
                lambda: User.objects.filter(id=user.id).update(is_active=False)):
        client.cookies.clear()
        client.force_login(user)
        assert client.get("/situation").status_code == 200
        end()
        assert client.get("/situation").status_code == 302
    client.cookies["sessionid"] = "x" * 32
    assert client.get("/situation").status_code == 302
