"""Vouchers: believed by their signature, known from the first showing, redeemed once."""

from __future__ import annotations

import base64
import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction

from youlu.core import clock
from youlu.core.audit import audit_record
from youlu.core.ids import uuid7
from youlu.domain.access.selectors import Actor
from youlu.domain.applications.errors import (
    ExpiredVoucherError,
    ForgedVoucherError,
    UsedVoucherError,
    WithdrawnVoucherError,
)
from youlu.domain.applications.models import Voucher
from youlu.domain.catalogue.registry import programme_get
from youlu.engines.codes import vouchers as codes


def voucher_key(programme: str) -> bytes:
    """The programme's signing key: what an issuing agency is given, never the master key."""
    return codes.programme_key(base64.b64decode(settings.VOUCHER_KEY), programme)


def voucher_issue(*, actor: Actor, programme: str, serial: str) -> str:
    """The text of a voucher, good for the programme's days from now."""
    actor.require("voucher.issue")
    spec = programme_get(programme).voucher
    if spec is None:
        raise ForgedVoucherError()
    ends = clock.now() + dt.timedelta(days=spec.good_days)
    audit_record(actor=actor.id, action="voucher.issue", object_type="voucher", object_id=f"{programme} {serial}")
    return codes.voucher_sign(voucher_key(programme), serial=serial, expires_at_s=int(ends.timestamp()))


def voucher_read(*, programme: str, text: str) -> uuid.UUID:
    """The record of a genuine, unused voucher, made on its first showing.

    Raises
    ------
    UnknownProgrammeError, ForgedVoucherError, ExpiredVoucherError, UsedVoucherError, WithdrawnVoucherError
    """
    if programme_get(programme).voucher is None:
        raise ForgedVoucherError()
    try:
        read = codes.voucher_verify([voucher_key(programme)], text, programme=programme,
                                    now_s=int(clock.now().timestamp()))
    except codes.ExpiredVoucherError as error:
        raise _expired(dt.datetime.fromtimestamp(error.expired_at_s, dt.UTC)) from None
    except codes.VoucherError:
        raise ForgedVoucherError() from None
    Voucher.objects.bulk_create([Voucher(
        id=uuid7(), programme=programme, serial=read.serial,
        expires_at=dt.datetime.fromtimestamp(read.expires_at_s, dt.UTC),
    )], ignore_conflicts=True)
    voucher = Voucher.objects.get(programme=programme, serial=read.serial)
    if voucher.redeemed_at or voucher.withdrawn_at:
        raise _spent(voucher)
    return voucher.id


def voucher_redeem(*, voucher_id: uuid.UUID, application_id: uuid.UUID) -> None:
    """Use the voucher for one application: one conditional update, of which only one can succeed.

    Raises
    ------
    ExpiredVoucherError, UsedVoucherError, WithdrawnVoucherError
    """
    now = clock.now()
    redeemed = Voucher.objects.filter(
        id=voucher_id, redeemed_at=None, withdrawn_at=None, expires_at__gt=now,
    ).update(redeemed_at=now, application_id=application_id)
    if not redeemed:
        raise _spent(Voucher.objects.get(id=voucher_id))


@transaction.atomic
def voucher_withdraw(*, actor: Actor, programme: str, serial: str) -> None:
    """The issuer takes a voucher back; a redeemed one stays redeemed."""
    actor.require("voucher.issue")
    Voucher.objects.get_or_create(programme=programme, serial=serial,
                                  defaults={"id": uuid7(), "expires_at": clock.now()})
    withdrawn = Voucher.objects.filter(programme=programme, serial=serial, redeemed_at=None).update(
        withdrawn_at=clock.now())
    if not withdrawn:
        raise UsedVoucherError()
    audit_record(actor=actor.id, action="voucher.withdraw", object_type="voucher", object_id=f"{programme} {serial}")


def _spent(voucher: Voucher) -> Exception:
    if voucher.redeemed_at:
        return UsedVoucherError()
    return WithdrawnVoucherError() if voucher.withdrawn_at else _expired(voucher.expires_at)


def _expired(at: dt.datetime) -> ExpiredVoucherError:
    day = clock.local(at)
    return ExpiredVoucherError(day=f"{day.month}月{day.day}日")
