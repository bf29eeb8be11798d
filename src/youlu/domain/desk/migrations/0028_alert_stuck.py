from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0027_attempt_remark'),
    ]

    operations = [
        migrations.AlterField(
            model_name='orderalert',
            name='what',
            field=models.TextField(choices=[('warned', '临期'), ('late', '超时'), ('reply_late', '首次回复超时'), ('reply_warned', '首次回复临期'), ('escalated', '升级'), ('extend', '申请延时'), ('unsatisfied', '回访不满意'), ('returned', '两次没人动'), ('stuck', '办的人不在，没人能接')]),
        ),
    ]
