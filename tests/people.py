"""The cast: the same few people in every test, each with the powers of their post."""

from __future__ import annotations

import uuid

from django.test import Client

from youlu.domain.access.models import User
from youlu.domain.access.selectors import Actor, actor_of_system, actor_of_user
from youlu.domain.parties.sealing import NewParty
from youlu.domain.parties.services import party_create
from youlu.domain.workforce.models import Agent
from youlu.domain.workforce.services import agent_create

SYSTEM = "tests"


def _user(username: str, name: str, role: str) -> User:
    user, _ = User.objects.get_or_create(username=username, defaults={
        "display_name": name, "roles": [role], "scope": "62", "password": "!"})
    return user


def chen_supervisor() -> Actor:
    """陈静, 客服主管: approves wording, sees the room."""
    return actor_of_user(_user("chenjing", "陈静", "supervisor"))


def liu_supervisor() -> Actor:
    """刘芳, the other 客服主管: approves what 陈静 wrote."""
    return actor_of_user(_user("liufang", "刘芳", "supervisor"))


def li_agent_user() -> User:
    """李敏, 客服员, 工号2207."""
    return _user("limin", "李敏", "agent")


def ma_agent_user() -> User:
    """马强, 客服员, 工号2208."""
    return _user("maqiang", "马强", "agent")


def li_agent() -> Actor:
    return _agent(li_agent_user(), "2207")


def ma_agent() -> Actor:
    return _agent(ma_agent_user(), "2208")


def _agent(user: User, staff_no: str) -> Actor:
    if not Agent.objects.filter(staff_no=staff_no).exists():
        agent_create(actor=chen_supervisor(), user_id=user.id, staff_no=staff_no,
                     skills=("complaint", "claim", "regulator"))
    return actor_of_user(user)


def zhao_dispatcher() -> Actor:
    """赵磊, 调度员: closes places; no business at the desk's telephones."""
    return actor_of_user(_user("zhaolei", "赵磊", "dispatcher"))


def sun_clerk(scope: str = "621224") -> Actor:
    """孙丽, 营业员 of the county office of 康县 unless told otherwise: answers what is dispatched there."""
    user, _ = User.objects.get_or_create(username=f"sunli{scope}", defaults={
        "display_name": "孙丽", "roles": ["clerk"], "scope": scope, "password": "!"})
    return actor_of_user(user)


def customer(*, phone: str = "13893104417", channel: str = "inbox", consents: bool = True,
             name: str = "王建民") -> uuid.UUID:
    return party_create(actor=actor_of_system(SYSTEM), party=NewParty(
        name=name, phone=phone, channel=channel, consent_message=consents, synthetic=True))


def signed_in(username: str) -> Client:
    """A browser of somebody who is there already."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client
