"""What the public may ask for on the form, in their words."""

from django.db import migrations, models

from youlu.domain.desk.trade import public_names_grow


def rows_write(apps, schema_editor):
    public_names_grow(apps.get_model("desk", "OrderKind"))


class Migration(migrations.Migration):
    dependencies = [("desk", "0023_order_turns")]
    operations = [
        migrations.AddField("orderkind", "public_name", models.TextField(db_default="", default="")),
        migrations.AddField("orderkind", "public_rank", models.SmallIntegerField(db_default=0, default=0)),
        migrations.RunPython(rows_write, migrations.RunPython.noop),
    ]
