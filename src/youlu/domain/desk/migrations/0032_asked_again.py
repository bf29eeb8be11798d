"""Letters that ask again have a clock of their own, and the figures of it."""

from django.db import migrations, models

from youlu.domain.desk.trade import agains_grow

ALERTS = [
    ("warned", "临期"), ("late", "超时"), ("reply_late", "首次回复超时"), ("reply_warned", "首次回复临期"),
    ("escalated", "升级"), ("extend", "申请延时"), ("unsatisfied", "回访不满意"), ("returned", "两次没人动"),
    ("stuck", "办的人不在，没人能接"), ("again", "再次来文")]
AGENT = [
    ("pushed", "派给您"), ("returned", "没动，已退回"), ("moved", "应急值守，换人办"), ("warned", "临期"),
    ("late", "超时"), ("reply_warned", "首次回复临期"), ("reply_late", "首次回复超时"), ("chased", "被催办"),
    ("supervised", "被督办"), ("again", "再次来文")]
UNIT = [
    ("warned", "临期"), ("late", "超时"), ("chased", "被催办"), ("supervised", "被督办"),
    ("again", "再次来文")]


def rows_write(apps, schema_editor):
    agains_grow(apps.get_model("desk", "OrderKind"))


def figure(whole):
    return whole(db_default=0, default=0)


class Migration(migrations.Migration):
    dependencies = [("desk", "0031_order_subtypes")]
    operations = [
        migrations.AddField("orderkind", "again_min", figure(models.IntegerField)),
        migrations.AddField("orderkind", "pass_on_days", figure(models.SmallIntegerField)),
        migrations.AddField("orderkind", "outside_days", figure(models.SmallIntegerField)),
        migrations.AddField("workorder", "letter_at", models.DateTimeField(null=True)),
        migrations.AddField("workorder", "again_at", models.DateTimeField(null=True)),
        migrations.AddField("workorder", "agains", figure(models.SmallIntegerField)),
        migrations.AlterField("orderalert", "what", models.TextField(choices=ALERTS)),
        migrations.AlterField("agentnotice", "what", models.TextField(choices=AGENT)),
        migrations.AlterField("unitnotice", "what", models.TextField(choices=UNIT)),
        migrations.RunPython(rows_write, migrations.RunPython.noop),
    ]
