from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("applications", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="proxy",
            field=models.TextField(
                blank=True, choices=[("counter", "柜台代办"), ("phone", "电话代办")], default=""),
        ),
    ]
