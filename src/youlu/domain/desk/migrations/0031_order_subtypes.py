"""What complaints are divided into; those that were there are undivided until somebody says."""

import django.db.models.deletion
from django.db import migrations, models

from youlu.domain.desk.trade import subtypes_grow


def rows_write(apps, schema_editor):
    subtypes_grow(apps.get_model("desk", "OrderKind"), apps.get_model("desk", "OrderSubtype"))


class Migration(migrations.Migration):
    dependencies = [("desk", "0030_order_exports")]
    operations = [
        migrations.AddField("orderkind", "has_subtypes", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("workorder", "subtype", models.TextField(db_default="", default="")),
        migrations.CreateModel("OrderSubtype", [
            ("code", models.TextField(primary_key=True, serialize=False)),
            ("name", models.TextField()),
            ("public_name", models.TextField(default="")),
            ("rank", models.SmallIntegerField()),
            ("source", models.TextField()),
            ("kind", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="desk.orderkind")),
        ]),
        migrations.RunPython(rows_write, migrations.RunPython.noop),
    ]
