"""Sums over all mail in flight, kept for the pages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mail", "0009_overload")]
    operations = [
        migrations.CreateModel(
            name="Sum",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("state", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("took_s", models.FloatField()),
                ("rows", models.TextField()),
            ],
            options={"db_table": "mail_sum"},
        ),
    ]
