"""A promise may be revised because the timetable was: once an epoch."""

from django.db import migrations, models

CAUSES = [("accepted", "收寄承诺"), ("closure", "中断"), ("lift", "解除"), ("missed", "未赶上班次"), ("moved", "位置变化"),
          ("timetable", "班期调整")]


class Migration(migrations.Migration):
    dependencies = [("mail", "0002_last_event")]
    operations = [
        migrations.AlterField("promiserevision", "cause", models.TextField(choices=CAUSES)),
        migrations.AlterField("recalcdue", "cause", models.TextField(choices=CAUSES)),
        migrations.RunSQL(
            "CREATE UNIQUE INDEX mail_promise_revision_timetable ON mail_promise_revision (item_key, epoch)"
            " WHERE cause = 'timetable'",
            "DROP INDEX mail_promise_revision_timetable"),
    ]
