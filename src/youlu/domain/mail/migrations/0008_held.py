"""A scan that says only why an item is not delivered."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0007_changed'),
    ]

    operations = [
        migrations.AlterField(
            model_name='scan',
            name='kind',
            field=models.SmallIntegerField(choices=[(0, '收寄'), (1, '发出'), (2, '到达'), (3, '安排投递'), (4, '妥投'), (5, '未妥投'), (6, '退回'), (7, '更正'), (8, '暂存')]),
        ),
    ]
