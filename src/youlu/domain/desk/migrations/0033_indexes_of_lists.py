"""Open orders of a kind by an index of their own; the history's second index on its order goes."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("desk", "0032_asked_again")]
    operations = [
        migrations.AddIndex(
            model_name="workorder",
            index=models.Index(fields=["kind", "due_at", "id"], condition=~Q(state="closed"),
                               name="desk_order_kind_open")),
        migrations.AlterField(
            model_name="orderevent", name="order",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT,
                                    to="desk.workorder")),
    ]
