"""The tables of the post's mail. The partitioned ones are made by their own DDL (tables.py)."""

import django.contrib.postgres.fields
from django.db import migrations, models

from youlu.domain.mail import tables


def watermarks_make(apps, schema_editor):
    Watermark = apps.get_model("mail", "Watermark")
    NumberRange = apps.get_model("mail", "NumberRange")
    NumberRange.objects.get_or_create(service="EZ", defaults={"next_serial": 10_000_000, "last_serial": 99_999_999})
    Watermark.objects.bulk_create([Watermark(partition_no=n, epoch=0) for n in range(tables.PARTITIONS)],
                                  ignore_conflicts=True)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(statement) for statement in tables.create_statements()],
            state_operations=[
                migrations.CreateModel(
                    name='Item',
                    fields=[
                        ('item_key', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('mail_class', models.TextField(choices=[('express', '特快'), ('parcel', '快递包裹'), ('registered', '挂号信函')])),
                        ('programme', models.TextField(default='')),
                        ('origin_office_id', models.IntegerField()),
                        ('dest_office_id', models.IntegerField()),
                        ('dest_segment_id', models.IntegerField(null=True)),
                        ('dest_compound_id', models.IntegerField(null=True)),
                        ('sender_id', models.UUIDField(null=True)),
                        ('addressee_id', models.UUIDField(null=True)),
                        ('accepted_at', models.DateTimeField()),
                        ('place', models.SmallIntegerField(choices=[(0, '在网点'), (1, '运输途中'), (2, '派送途中'), (3, '已妥投'), (4, '已退回')], default=0)),
                        ('place_office_id', models.IntegerField(null=True)),
                        ('place_leg', models.BigIntegerField(null=True)),
                        ('place_since', models.DateTimeField()),
                        ('position_no', models.IntegerField(default=0)),
                        ('committed_arrive_by', models.DateTimeField()),
                        ('expected_arrive_by', models.DateTimeField(null=True)),
                        ('told_arrive_by', models.DateTimeField(null=True)),
                        ('arrival_at', models.DateTimeField(null=True)),
                        ('planned_legs', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                        ('legs_done', models.SmallIntegerField(default=0)),
                        ('next_departure_at', models.DateTimeField(null=True)),
                        ('epoch', models.IntegerField()),
                        ('revision_no', models.IntegerField(default=1)),
                    ],
                    options={
                        'db_table': 'mail_item',
                    },
                ),
                migrations.CreateModel(
                    name='PromiseRevision',
                    fields=[
                        ('pk', models.CompositePrimaryKey('item_key', 'revision_no', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('item_key', models.BigIntegerField()),
                        ('revision_no', models.IntegerField()),
                        ('epoch', models.IntegerField()),
                        ('cause', models.TextField(choices=[('accepted', '收寄承诺'), ('closure', '中断'), ('lift', '解除'), ('missed', '未赶上班次'), ('moved', '位置变化')])),
                        ('closure_id', models.UUIDField(null=True)),
                        ('computed_at', models.DateTimeField()),
                        ('place', models.SmallIntegerField(choices=[(0, '在网点'), (1, '运输途中'), (2, '派送途中'), (3, '已妥投'), (4, '已退回')])),
                        ('place_office_id', models.IntegerField(null=True)),
                        ('place_leg', models.BigIntegerField(null=True)),
                        ('place_since', models.DateTimeField()),
                        ('arrive_by', models.DateTimeField(null=True)),
                        ('arrival_at', models.DateTimeField(null=True)),
                        ('planned_legs', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                    ],
                    options={
                        'db_table': 'mail_promise_revision',
                    },
                ),
                migrations.CreateModel(
                    name='RecalcDue',
                    fields=[
                        ('item_key', models.BigIntegerField(primary_key=True, serialize=False)),
                        ('epoch', models.IntegerField()),
                        ('cause', models.TextField(choices=[('accepted', '收寄承诺'), ('closure', '中断'), ('lift', '解除'), ('missed', '未赶上班次'), ('moved', '位置变化')])),
                        ('closure_id', models.UUIDField(null=True)),
                    ],
                    options={
                        'db_table': 'mail_recalc_due',
                    },
                ),
                migrations.CreateModel(
                    name='Scan',
                    fields=[
                        ('pk', models.CompositePrimaryKey('item_key', 'device', 'sequence', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('item_key', models.BigIntegerField()),
                        ('device', models.TextField()),
                        ('sequence', models.BigIntegerField()),
                        ('kind', models.SmallIntegerField(choices=[(0, '收寄'), (1, '发出'), (2, '到达'), (3, '安排投递'), (4, '妥投'), (5, '未妥投'), (6, '退回'), (7, '更正')])),
                        ('occurred_at', models.DateTimeField()),
                        ('received_at', models.DateTimeField()),
                        ('office_id', models.IntegerField(null=True)),
                        ('leg', models.BigIntegerField(null=True)),
                        ('cause', models.SmallIntegerField(null=True)),
                        ('corrects_device', models.TextField(null=True)),
                        ('corrects_sequence', models.BigIntegerField(null=True)),
                        ('body_digest', models.BinaryField()),
                    ],
                    options={
                        'db_table': 'mail_scan',
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name='NumberRange',
            fields=[
                ('service', models.TextField(primary_key=True, serialize=False)),
                ('next_serial', models.BigIntegerField()),
                ('last_serial', models.BigIntegerField()),
            ],
            options={
                'db_table': 'mail_number_range',
            },
        ),
        migrations.CreateModel(
            name='Watermark',
            fields=[
                ('partition_no', models.SmallIntegerField(primary_key=True, serialize=False)),
                ('epoch', models.IntegerField()),
            ],
            options={
                'db_table': 'mail_watermark',
            },
        ),
        migrations.CreateModel(
            name='WrongTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.TextField()),
                ('tried_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'mail_wrong_try',
                'indexes': [models.Index(fields=['number', 'tried_at'], name='mail_wrong_try_number_idx')],
            },
        ),
        migrations.RunPython(watermarks_make, migrations.RunPython.noop),
    ]
