"""The rules of compensation, with their law."""

from django.db import migrations

from youlu.domain.desk.trade import claim_rules_ensure, trade_ensure


def rows_write(apps, schema_editor):
    claim_rules_ensure(apps.get_model("desk", "ClaimRule"))
    trade_ensure(apps.get_model("desk", "OrderKind"), apps.get_model("desk", "Parameter"))


class Migration(migrations.Migration):
    dependencies = [("desk", "0010_claims")]
    operations = [migrations.RunPython(rows_write, migrations.RunPython.noop)]
