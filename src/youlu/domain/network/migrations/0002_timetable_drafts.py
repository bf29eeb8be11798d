"""Trips by the service dates they run on; drafts of a timetable."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

ALWAYS = datetime.date(2000, 1, 1)
# The key of a composite primary key cannot be altered by Django's operations: the statements are ours.
BY_DATE = [
    "ALTER TABLE network_trip ADD COLUMN from_date date NOT NULL DEFAULT DATE '2000-01-01'",
    "ALTER TABLE network_trip ADD COLUMN until_date date NULL",
    "ALTER TABLE network_trip DROP CONSTRAINT network_trip_pkey",
    "ALTER TABLE network_trip ADD CONSTRAINT network_trip_pkey PRIMARY KEY (trip_key, from_date)",
]


def integers() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)


def floats() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)


def key_to(model: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=f"network.{model}")


class Migration(migrations.Migration):
    dependencies = [("network", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(statement) for statement in BY_DATE],
            state_operations=[
                migrations.DeleteModel("Trip"),
                migrations.CreateModel(
                    name="Trip",
                    fields=[
                        ("pk", models.CompositePrimaryKey("trip_key", "from_date", blank=True, editable=False,
                                                          primary_key=True, serialize=False)),
                        ("trip_key", models.IntegerField()),
                        ("number", models.TextField()),
                        ("office_ids", integers()),
                        ("arr_min", integers()),
                        ("dep_min", integers()),
                        ("km", floats()),
                        ("from_date", models.DateField(default=ALWAYS, db_default=ALWAYS)),
                        ("until_date", models.DateField(null=True)),
                        ("calendar", key_to("servicecalendar")),
                        ("route", key_to("route")),
                    ],
                ),
            ],
        ),
        migrations.AddField("timetablerevision", "epoch", models.IntegerField(default=0)),
        migrations.AddField("timetablerevision", "effective_date", models.DateField(null=True)),
        migrations.AddField(
            "timetablerevision", "changed_trip_keys",
            django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
        migrations.AddField("timetablerevision", "draft_id", models.UUIDField(null=True)),
        migrations.AddField("timetablerevision", "activated_by", models.TextField(default="")),
        migrations.CreateModel(
            name="TimetableDraft",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("title", models.TextField()),
                ("scope", models.TextField()),
                ("state", models.TextField(
                    choices=[("draft", "编制中"), ("activated", "已启用"), ("discarded", "已作废")], default="draft")),
                ("version", models.IntegerField(default=1)),
                ("made_by", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
                ("editors", django.contrib.postgres.fields.ArrayField(
                    base_field=models.TextField(), default=list, size=None)),
            ],
        ),
        migrations.CreateModel(
            name="DraftTrip",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("trip_key", models.IntegerField()),
                ("is_dropped", models.BooleanField(default=False)),
                ("base_digest", models.TextField()),
                ("number", models.TextField()),
                ("office_ids", integers()),
                ("arr_min", integers()),
                ("dep_min", integers()),
                ("km", floats()),
                ("calendar", key_to("servicecalendar")),
                ("draft", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="trips",
                                            to="network.timetabledraft")),
                ("route", key_to("route")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("draft", "trip_key"), name="draft_trip_once")]},
        ),
    ]
