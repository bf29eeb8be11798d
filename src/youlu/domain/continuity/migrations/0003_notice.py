"""When each state of a closure was made known."""

from django.db import migrations, models

# Of closures that are there already, the declaration and the end are known.
KNOWN = """
INSERT INTO continuity_notice (closure_id, epoch, at, next_review_at)
SELECT id, declared_epoch, declared_at, next_review_at FROM network_closure
UNION ALL
SELECT c.id, max(m.until_epoch), c.lifted_at, c.next_review_at FROM network_closure c
JOIN network_measure m ON m.closure_id = c.id
WHERE c.lifted_at IS NOT NULL GROUP BY c.id HAVING max(m.until_epoch) > c.declared_epoch"""


class Migration(migrations.Migration):
    dependencies = [("continuity", "0002_timetable_effect"), ("network", "0003_capacity")]
    operations = [
        migrations.CreateModel("Notice", [
            ("pk", models.CompositePrimaryKey("closure_id", "epoch", blank=True, editable=False, primary_key=True,
                                              serialize=False)),
            ("closure_id", models.UUIDField()), ("epoch", models.IntegerField()), ("at", models.DateTimeField()),
            ("next_review_at", models.DateTimeField(null=True)),
        ]),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
