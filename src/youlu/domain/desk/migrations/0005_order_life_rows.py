"""Kinds of the trade that were missing, what kinds ask for, service hours; orders that were there are found by words."""

from datetime import timedelta

from django.db import migrations
from django.db.models import F

from youlu.domain.desk.orders.words import grams
from youlu.domain.desk.trade import kinds_grow, trade_ensure
from youlu.engines.codes.item_key import item_number

BATCH = 2_000


def rows_write(apps, schema_editor):
    kinds = apps.get_model("desk", "OrderKind")
    kinds_grow(kinds, apps.get_model("desk", "ServiceHours"))
    trade_ensure(kinds, apps.get_model("desk", "Parameter"))
    orders = apps.get_model("desk", "WorkOrder")
    waiting = orders.objects.filter(grams=[]).exclude(title="").order_by("id")
    while batch := list(waiting.only("id", "title", "item_key")[:BATCH]):
        for order in batch:
            order.grams = grams(order.title) or [""]
            order.item_number = item_number(order.item_key) if order.item_key is not None else ""
        orders.objects.bulk_update(batch, ["grams", "item_number"])
    for kind in kinds.objects.all():
        orders.objects.filter(kind=kind, warn_at=None).exclude(state="closed").update(
            warn_at=F("due_at") - timedelta(minutes=kind.warn_min))


class Migration(migrations.Migration):
    dependencies = [("desk", "0004_order_life")]
    operations = [migrations.RunPython(rows_write, migrations.RunPython.noop)]
