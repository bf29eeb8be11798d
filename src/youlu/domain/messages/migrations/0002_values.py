from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customer_messages', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='values',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='message',
            name='state',
            field=models.TextField(choices=[('queued', '待发'), ('sent', '已发'), ('failed', '未送达'), ('stopped', '口径失效未发')], default='queued'),
        ),
    ]
