"""The HTTP API: problem+json (RFC 9457), tokens, one router per room."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from youlu.core.errors import YouluError
from youlu.core.throttle import Buckets
from youlu.domain.access.selectors import Actor, actor_of_token


class TooManyCallsError(YouluError):
    code = "api.too_many_calls"
    status = 429
    sentence = "调用太频繁。{retry_s}秒后再试；成批的内容请合在一次里发。"


class TokenAuth(HttpBearer):
    """`Authorization: Bearer <secret>` of a device or a partner: so many calls a minute for a token, so many wrong
    tokens a minute for an address, in each process."""

    def __init__(self) -> None:
        super().__init__()
        self.calls, self.guesses = Buckets(), Buckets()

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of_token(token)
        if actor is not None:
            _within(self.calls, actor.id, settings.API_CALLS_PER_MIN)
        else:
            _within(self.guesses, request.META.get("REMOTE_ADDR", ""), settings.API_GUESSES_PER_MIN)
        return actor


def _within(buckets: Buckets, caller: str, per_min: int) -> None:
    if wait_s := buckets.take(caller, per_min=per_min):
        raise TooManyCallsError(retry_s=math.ceil(wait_s))


token_auth = TokenAuth()
api = NinjaAPI(title="Youlu", version="1", auth=token_auth, docs_url=None, urls_namespace="api")


def problem(status: int, code: str, sentence: str, **more: Any) -> JsonResponse:
    """An RFC 9457 answer; `code` is stable, `detail` is the sentence for a person."""
    body = {"type": f"urn:youlu:error:{code}", "title": code, "status": status, "code": code, "detail": sentence,
            **more}
    return JsonResponse(body, status=status, content_type="application/problem+json",
                        json_dumps_params={"ensure_ascii": False})


@api.exception_handler(YouluError)
def answer_youlu_error(request: HttpRequest, error: Exception) -> JsonResponse:
    assert isinstance(error, YouluError)  # noqa: S101
    answer = problem(error.status, error.code, error.message)
    if isinstance(error, TooManyCallsError):
        answer.headers["Retry-After"] = str(error.details["retry_s"])
    return answer


@api.exception_handler(ValidationError)
def answer_bad_body(request: HttpRequest, error: Exception) -> JsonResponse:
    assert isinstance(error, ValidationError)  # noqa: S101
    fields = [{"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]} for one in error.errors]
    return problem(422, "api.bad_body", "内容不符合接口说明，见 fields。", fields=fields)


@api.exception_handler(AuthenticationError)
def answer_no_token(request: HttpRequest, error: Exception) -> JsonResponse:
    answer = problem(401, "api.unauthorized", "没有令牌，或令牌已过期、已撤销。请在Authorization头里写Bearer和令牌。")
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def answer_unreadable(request: HttpRequest, error: Exception) -> JsonResponse:
    assert isinstance(error, HttpError)  # noqa: S101
    return problem(error.status_code, "api.not_json", "内容不能识别。要用UTF-8的JSON，请检查引号和逗号。")


api.add_router("/items", "youlu.interfaces.api.items.router")
api.add_router("/quotes", "youlu.interfaces.api.quotes.quotes")
api.add_router("/standards", "youlu.interfaces.api.quotes.standards")
api.add_router("/kept", "youlu.interfaces.api.kept.router")
api.add_router("/scans", "youlu.interfaces.api.scans.router")
api.add_router("/alerts", "youlu.interfaces.api.alerts.router")
api.add_router("/traces", "youlu.interfaces.api.traces.router")
api.add_router("/closures", "youlu.interfaces.api.closures.router")
api.add_router("/orders", "youlu.interfaces.api.orders.router")
api.add_router("/messenger", "youlu.interfaces.api.messenger.router")
api.add_router("/partners", "youlu.interfaces.api.partners.router")
api.add_router("/applications", "youlu.interfaces.api.applications.router")
api.add_router("/containers", "youlu.interfaces.api.containers.router")
api.add_router("/exceptions", "youlu.interfaces.api.exceptions.exceptions")
api.add_router("/reveals", "youlu.interfaces.api.reveals.router")
api.add_router("/ordinary", "youlu.interfaces.api.exceptions.ordinary")
api.add_router("/calls", "youlu.interfaces.api.calls.router")
