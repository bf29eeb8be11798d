"""Items planned on a trip that cannot carry them are at risk, as those expected too late are."""

from django.db import migrations, models

STATEMENTS = [
    ("ALTER TABLE mail_item ADD COLUMN is_overloaded boolean NOT NULL DEFAULT false",
     "ALTER TABLE mail_item DROP COLUMN is_overloaded"),
    ("DROP INDEX mail_item_risk",
     "CREATE INDEX mail_item_risk ON mail_item (committed_arrive_by, item_key)"
     " WHERE in_flight AND expected_arrive_by > committed_arrive_by"),
    ("CREATE INDEX mail_item_risk ON mail_item (committed_arrive_by, item_key)"
     " WHERE in_flight AND (expected_arrive_by > committed_arrive_by OR is_overloaded)", "DROP INDEX mail_item_risk"),
    ("CREATE INDEX mail_item_overloaded ON mail_item (item_key) WHERE is_overloaded AND in_flight",
     "DROP INDEX mail_item_overloaded"),
]


class Migration(migrations.Migration):
    dependencies = [("mail", "0008_held")]
    operations = [
        migrations.CreateModel("OverloadedLeg", [
            ("leg", models.BigIntegerField(primary_key=True, serialize=False)),
            ("items", models.IntegerField()), ("carries", models.IntegerField()),
        ], {"db_table": "mail_overloaded_leg"}),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(*pair) for pair in STATEMENTS],
            state_operations=[migrations.AddField("item", "is_overloaded", models.BooleanField(
                default=False, db_default=False))],
        ),
    ]
