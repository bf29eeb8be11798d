"""The sequence of order numbers, room for upserts, the figures of the trade."""

from django.db import migrations

from youlu.domain.desk.trade import trade_ensure


def trade_write(apps, schema_editor):
    trade_ensure(apps.get_model("desk", "OrderKind"), apps.get_model("desk", "Parameter"))


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE desk_order_number START 100001", "DROP SEQUENCE desk_order_number"),
        # Upserts of a customer with items in several partitions stay within the page.
        migrations.RunSQL("ALTER TABLE desk_contact SET (fillfactor = 75)", migrations.RunSQL.noop),
        migrations.RunPython(trade_write, migrations.RunPython.noop),
    ]
