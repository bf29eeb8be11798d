"""Files of an order: put there, and handed out as files, never shown."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from youlu.core.errors import NotFoundError, YouluError
from youlu.domain.desk import services
from youlu.domain.desk.orders.attachments import SIZE_MAX
from youlu.interfaces.web.pages import actor_in, staff_page
from youlu.interfaces.web.views.desk import order_shown


@require_POST
@staff_page("order.read")
def attach(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """One file; one that is too large is not even read."""
    upload = request.FILES.get("file")
    content = b"" if upload is None or (upload.size or 0) > SIZE_MAX else upload.read()
    try:
        services.attachment_add(actor=actor_in(request), order_id=order_id, content=content,
                                key=request.POST.get("idempotency_key", ""))
    except YouluError as error:
        if isinstance(error, NotFoundError):
            raise
        return order_shown(request, order_id, failed="attach", error=error)
    return redirect("web:order", order_id)


@require_GET
@staff_page("order.read")
def attachment(request: HttpRequest, order_id: uuid.UUID, attachment_id: uuid.UUID) -> HttpResponse:
    file = services.attachment_read(actor=actor_in(request), order_id=order_id, attachment_id=attachment_id)
    return HttpResponse(file.content, content_type=file.mime, headers={
        "Content-Disposition": f'attachment; filename="{file.name}"', "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store"})
