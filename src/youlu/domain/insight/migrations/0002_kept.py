"""Kept rates by day."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('insight', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptDay',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('counted_at', models.DateTimeField()),
                ('is_made', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Kept',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('mail_class', models.TextField()),
                ('prefecture', models.TextField()),
                ('standard_due', models.IntegerField()),
                ('standard_kept', models.IntegerField()),
                ('committed_due', models.IntegerField()),
                ('committed_kept', models.IntegerField()),
                ('no_standard', models.IntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('day', 'mail_class', 'prefecture'), name='insight_kept_once')],
            },
        ),
    ]
