"""The figures that the cost of telling is reckoned with."""

from django.db import migrations

from youlu.domain.desk.trade import trade_ensure


def trade_write(apps, schema_editor):
    trade_ensure(apps.get_model("desk", "OrderKind"), apps.get_model("desk", "Parameter"))


class Migration(migrations.Migration):
    dependencies = [("desk", "0002_trade")]
    operations = [migrations.RunPython(trade_write, migrations.RunPython.noop)]
