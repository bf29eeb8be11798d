from django.db import migrations, models


def rows_mark(apps, editor):
    """What stood in the audit before there were marks gets them now, once."""
    from youlu.core.audit import MARKED, mark_of

    AuditEntry = apps.get_model("core", "AuditEntry")
    batch = []
    for entry in AuditEntry.objects.filter(mark=None).iterator(2_000):
        entry.mark = mark_of(tuple(getattr(entry, name) for name in MARKED))
        batch.append(entry)
    AuditEntry.objects.bulk_update(batch, ["mark"], batch_size=1_000)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditentry',
            name='mark',
            field=models.BinaryField(null=True),
        ),
        migrations.RunPython(rows_mark, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['actor', 'id'], name='core_audit_actor'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(condition=models.Q(('seal_no', None)), fields=['id'], name='core_audit_unsealed'),
        ),
    ]
