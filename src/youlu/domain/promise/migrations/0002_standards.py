"""Standard times by version; holidays by year, those that ship already in."""

from functools import partial

import django.db.models.deletion
from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db import migrations, models

from youlu.domain.promise.holidays import holidays_ship


def holidays_write(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    holidays_ship(partial(apps.get_model, "promise"))


class Migration(migrations.Migration):

    dependencies = [
        ('promise', '0001_backlog'),
    ]

    operations = [
        migrations.CreateModel(
            name='HolidayList',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('year', models.SmallIntegerField(db_index=True)),
                ('title', models.TextField()),
                ('document_no', models.TextField(default='')),
                ('address', models.TextField(default='')),
                ('imported_at', models.DateTimeField()),
                ('imported_by', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='StandardTable',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('title', models.TextField()),
                ('document_no', models.TextField(default='')),
                ('address', models.TextField(default='')),
                ('is_model', models.BooleanField(default=False)),
                ('lines', models.IntegerField()),
                ('imported_at', models.DateTimeField()),
                ('imported_by', models.TextField()),
                ('valid_from', models.DateField(null=True)),
                ('valid_until', models.DateField(null=True)),
                ('activated_at', models.DateTimeField(null=True)),
                ('activated_by', models.TextField(default='')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('activated_at__isnull', True), ('valid_from__isnull', True)), models.Q(('activated_at__isnull', False), ('valid_from__isnull', False)), _connector='OR'), name='promise_standard_active_from')],
            },
        ),
        migrations.CreateModel(
            name='HolidayDay',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('date', models.DateField()),
                ('kind', models.TextField(choices=[('holiday', '放假'), ('makeup_workday', '调休上班')])),
                ('name', models.TextField(default='')),
                ('holiday_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='promise.holidaylist')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('holiday_list', 'date'), name='promise_holiday_once')],
            },
        ),
        migrations.CreateModel(
            name='StandardRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('mail_class', models.TextField()),
                ('origin', models.TextField()),
                ('dest', models.TextField()),
                ('days', models.SmallIntegerField()),
                ('unit', models.TextField(choices=[('working', '工作日'), ('calendar', '自然日')])),
                ('cutoff_min', models.SmallIntegerField()),
                ('due_min', models.SmallIntegerField()),
                ('table', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='promise.standardtable')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('table', 'origin', 'dest', 'mail_class'), name='promise_standard_row_once')],
            },
        ),
        migrations.RunPython(holidays_write, migrations.RunPython.noop),
    ]
