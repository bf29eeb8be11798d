"""The instant of the last event that an item's position is folded from, and whether it is in flight as a column: a scan
later than all before it moves the item without reading them, and an index that asks for mail in flight is not touched
by an update that leaves the item in flight."""

from django.db import migrations, models

# What is done, and what undoes it.
STATEMENTS = [
    ("ALTER TABLE mail_item ADD COLUMN last_event_at timestamptz", "ALTER TABLE mail_item DROP COLUMN last_event_at"),
    ("ALTER TABLE mail_item ADD COLUMN in_flight boolean GENERATED ALWAYS AS (place < 3) STORED NOT NULL",
     "ALTER TABLE mail_item DROP COLUMN in_flight"),
    # The predicate of an index counts as one of its columns: `place < 3` made every scan write every index anew.
    ("DROP INDEX mail_item_expected",
     "CREATE INDEX mail_item_expected ON mail_item (expected_arrive_by) WHERE place < 3"),
    ("CREATE INDEX mail_item_urgent ON mail_item (committed_arrive_by, item_key) WHERE in_flight",
     "DROP INDEX mail_item_urgent"),
]


class Migration(migrations.Migration):
    dependencies = [("mail", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(*pair) for pair in STATEMENTS],
            state_operations=[
                migrations.AddField("item", "last_event_at", models.DateTimeField(null=True)),
                migrations.AddField("item", "in_flight", models.GeneratedField(
                    expression=models.ExpressionWrapper(models.Q(place__lt=3), output_field=models.BooleanField()),
                    output_field=models.BooleanField(), db_persist=True)),
            ],
        ),
    ]
