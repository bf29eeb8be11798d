"""By which paper each state of a closure was made known, and what was done."""

from django.db import migrations, models

# Of what was known before, the declaration's paper stands with the closure; the others are in the audit alone.
KNOWN = """
UPDATE continuity_notice n SET
    act = CASE WHEN n.epoch = c.declared_epoch THEN 'declared'
               WHEN c.lifted_at IS NOT NULL AND n.epoch = (SELECT max(m.epoch) FROM continuity_notice m
                                                           WHERE m.closure_id = n.closure_id) THEN 'lifted'
               ELSE 'extended' END,
    document_no = CASE WHEN n.epoch = c.declared_epoch THEN c.document_no ELSE '' END
FROM network_closure c WHERE c.id = n.closure_id"""
ACTS = [("declared", "登记"), ("extended", "延期"), ("lifted_part", "部分解除"), ("lifted", "解除")]


class Migration(migrations.Migration):
    dependencies = [("continuity", "0003_notice"), ("network", "0003_capacity")]
    operations = [
        migrations.AddField("notice", "act", models.TextField(choices=ACTS, default="declared"),
                            preserve_default=False),
        migrations.AddField("notice", "document_no", models.TextField(default="")),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
