"""What a dispatcher is told when a closure cannot be registered or lifted as asked."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from youlu.core.errors import NotFoundError, YouluError


class ClosureInvalidError(YouluError):
    code = "continuity.closure_invalid"
    status = 422
    sentence = _("{what}")


class ClosureNotFoundError(NotFoundError):
    code = "continuity.closure_not_found"
    sentence = _("没有找到这项中断。请从中断列表里选。")


class OtherAuthorityError(YouluError):
    code = "continuity.other_authority"
    status = 409
    sentence = _("这项中断由{authority}决定，只能凭它的文件解除或延期。请核对发文机关。")


class AlreadyLiftedError(YouluError):
    code = "continuity.already_lifted"
    status = 409
    sentence = _("这项中断已经解除，不用再办。")
