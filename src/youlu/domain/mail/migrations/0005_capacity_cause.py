"""A promise may be revised because a list of capacities was read in."""

from django.db import migrations, models

CAUSES = [("accepted", "收寄承诺"), ("closure", "中断"), ("lift", "解除"), ("missed", "未赶上班次"), ("moved", "位置变化"),
          ("timetable", "班期调整"), ("capacity", "处理能力")]


class Migration(migrations.Migration):
    dependencies = [("mail", "0004_bags")]
    operations = [
        migrations.AlterField("promiserevision", "cause", models.TextField(choices=CAUSES)),
        migrations.AlterField("recalcdue", "cause", models.TextField(choices=CAUSES)),
    ]
