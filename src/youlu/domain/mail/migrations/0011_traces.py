"""Traces of other systems: their sources and names, and items that are computed for but told to nobody."""

import django.db.models.deletion
from django.db import migrations, models

STATEMENTS = [
    ("ALTER TABLE mail_item ADD COLUMN shadow_source text NOT NULL DEFAULT ''",
     "ALTER TABLE mail_item DROP COLUMN shadow_source"),
    ("CREATE INDEX mail_item_shadow_done ON mail_item (place_since) WHERE shadow_source <> '' AND place = 3",
     "DROP INDEX mail_item_shadow_done"),
]
WHAT = [("office", "网点"), ("code", "操作码")]
REASON = [("unknown_code", "操作码不认识"), ("unknown_office", "网点不认识"), ("no_run", "对不上班次"),
          ("no_item", "没有收寄记录"), ("no_destination", "收寄没有寄达局"), ("no_way", "班期里没有路"),
          ("no_meaning", "操作码不移动邮件")]


def source() -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="mail.tracesource")


class Migration(migrations.Migration):
    dependencies = [("mail", "0010_sums")]
    operations = [
        migrations.CreateModel("TraceSource", [
            ("code", models.TextField(primary_key=True, serialize=False)), ("name", models.TextField()),
            ("is_shadow", models.BooleanField(default=True)), ("registered_at", models.DateTimeField()),
            ("registered_by", models.TextField()),
        ], {"db_table": "mail_trace_source"}),
        migrations.CreateModel("TraceName", [
            ("pk", models.CompositePrimaryKey("source_id", "what", "foreign", blank=True, editable=False,
                                              primary_key=True, serialize=False)),
            ("what", models.TextField(choices=WHAT)), ("foreign", models.TextField()), ("ours", models.TextField()),
            ("source", source()),
        ], {"db_table": "mail_trace_name"}),
        migrations.CreateModel("TraceLeft", [
            ("pk", models.CompositePrimaryKey("source_id", "digest", blank=True, editable=False, primary_key=True,
                                              serialize=False)),
            ("digest", models.BigIntegerField()), ("reason", models.TextField(choices=REASON)),
            ("foreign", models.TextField()), ("occurred_at", models.DateTimeField()), ("source", source()),
        ], {"db_table": "mail_trace_left",
            "indexes": [models.Index(fields=["source", "reason", "foreign"], name="mail_trace_left_idx")]}),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(*pair) for pair in STATEMENTS],
            state_operations=[migrations.AddField("item", "shadow_source", models.TextField(
                default="", db_default=""))],
        ),
    ]
