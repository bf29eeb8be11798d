"""Minutes of the return timer by kind, and the desk's rules of giving."""

from django.db import migrations

from youlu.domain.desk.trade import returns_grow, trade_ensure


def rows_write(apps, schema_editor):
    kinds = apps.get_model("desk", "OrderKind")
    returns_grow(kinds)
    trade_ensure(kinds, apps.get_model("desk", "Parameter"))


class Migration(migrations.Migration):
    dependencies = [("desk", "0007_assignment")]
    operations = [migrations.RunPython(rows_write, migrations.RunPython.noop)]
