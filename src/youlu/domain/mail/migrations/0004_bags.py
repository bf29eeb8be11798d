"""Bags and vehicles, ordinary counts, exceptions. The contents of bags are partitioned by item (tables.py)."""

from django.db import migrations, models

from youlu.domain.mail import tables


def ranges_open(apps, schema_editor):
    for service in ("ZB", "ZC"):
        apps.get_model("mail", "NumberRange").objects.get_or_create(
            service=service, defaults={"next_serial": 1, "last_serial": 999_999_999})


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0003_timetable_cause'),
    ]

    operations = [
        migrations.CreateModel(
            name='Astray',
            fields=[
                ('item_key', models.BigIntegerField(primary_key=True, serialize=False)),
                ('office_id', models.IntegerField()),
                ('since', models.DateTimeField()),
            ],
            options={
                'db_table': 'mail_astray',
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(statement) for statement in tables.bag_statements()],
            state_operations=[
                migrations.CreateModel(
                    name='BagContent',
                    fields=[
                        ('pk', models.CompositePrimaryKey('item_key', 'container', 'device', 'sequence', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('item_key', models.BigIntegerField()),
                        ('container', models.TextField()),
                        ('device', models.TextField()),
                        ('sequence', models.BigIntegerField()),
                        ('role', models.SmallIntegerField(choices=[(0, '装入'), (1, '开拆在内'), (2, '开拆破损')])),
                    ],
                    options={
                        'db_table': 'mail_bag_content',
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name='ContainerScan',
            fields=[
                ('pk', models.CompositePrimaryKey('container', 'device', 'sequence', blank=True, editable=False, primary_key=True, serialize=False)),
                ('container', models.TextField()),
                ('device', models.TextField()),
                ('sequence', models.BigIntegerField()),
                ('kind', models.SmallIntegerField(choices=[(0, '封发'), (1, '装车'), (2, '发出'), (3, '到达'), (4, '开拆'), (5, '更正')])),
                ('occurred_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('office_id', models.IntegerField(null=True)),
                ('leg', models.BigIntegerField(null=True)),
                ('to_office_id', models.IntegerField(null=True)),
                ('seal', models.TextField(default='')),
                ('weight_g', models.IntegerField(null=True)),
                ('mail_class', models.TextField(default='')),
                ('is_listed', models.BooleanField(default=False)),
                ('corrects_device', models.TextField(null=True)),
                ('corrects_sequence', models.BigIntegerField(null=True)),
                ('body_digest', models.BinaryField()),
            ],
            options={
                'db_table': 'mail_container_scan',
            },
        ),
        migrations.CreateModel(
            name='ExceptionCount',
            fields=[
                ('pk', models.CompositePrimaryKey('kind', 'here_division', 'dest_division', blank=True, editable=False, primary_key=True, serialize=False)),
                ('kind', models.SmallIntegerField(choices=[(0, '逾限'), (1, '错向'), (2, '静默'), (3, '有风险'), (4, '无路可达')])),
                ('here_division', models.TextField()),
                ('dest_division', models.TextField()),
                ('items', models.IntegerField()),
            ],
            options={
                'db_table': 'mail_exception_count',
            },
        ),
        migrations.CreateModel(
            name='JobMark',
            fields=[
                ('name', models.TextField(primary_key=True, serialize=False)),
                ('epoch', models.IntegerField(default=0)),
                ('at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'mail_job_mark',
            },
        ),
        migrations.CreateModel(
            name='LegSilence',
            fields=[
                ('pk', models.CompositePrimaryKey('trip_key', 'stop_seq', blank=True, editable=False, primary_key=True, serialize=False)),
                ('trip_key', models.IntegerField()),
                ('stop_seq', models.IntegerField()),
                ('rides', models.IntegerField()),
                ('ride_p99_s', models.IntegerField(null=True)),
                ('departures', models.IntegerField()),
                ('lag_p99_s', models.IntegerField(null=True)),
                ('learned_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'mail_leg_silence',
            },
        ),
        migrations.CreateModel(
            name='NextAction',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('item_key', models.BigIntegerField(db_index=True)),
                ('action', models.TextField()),
                ('cause', models.SmallIntegerField()),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.TextField()),
                ('note', models.TextField(default='')),
            ],
            options={
                'db_table': 'mail_next_action',
            },
        ),
        migrations.CreateModel(
            name='Container',
            fields=[
                ('number', models.TextField(primary_key=True, serialize=False)),
                ('is_vehicle', models.BooleanField(default=False)),
                ('mail_class', models.TextField(default='')),
                ('seal', models.TextField(default='')),
                ('weight_g', models.IntegerField(null=True)),
                ('origin_office_id', models.IntegerField(null=True)),
                ('dest_office_id', models.IntegerField(null=True)),
                ('sealed_at', models.DateTimeField(null=True)),
                ('unsealed_at', models.DateTimeField(null=True)),
                ('place', models.SmallIntegerField(choices=[(0, '在网点'), (1, '运输途中'), (2, '派送途中'), (3, '已妥投'), (4, '已退回')], null=True)),
                ('place_office_id', models.IntegerField(null=True)),
                ('place_leg', models.BigIntegerField(null=True)),
                ('place_since', models.DateTimeField(null=True)),
                ('inside', models.TextField(default='')),
                ('items', models.IntegerField(default=0)),
                ('bags', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'mail_container',
                'indexes': [models.Index(fields=['-place_since', 'number'], name='mail_container_since_idx'), models.Index(condition=models.Q(('inside', ''), _negated=True), fields=['inside'], name='mail_container_inside_idx')],
            },
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('container', models.TextField()),
                ('device', models.TextField()),
                ('sequence', models.BigIntegerField()),
                ('subject', models.TextField()),
                ('item_key', models.BigIntegerField(null=True)),
                ('kind', models.SmallIntegerField(choices=[(0, '少件'), (1, '多件'), (2, '破损')])),
                ('office_id', models.IntegerField()),
                ('found_at', models.DateTimeField()),
                ('outcome', models.TextField(blank=True, choices=[('', '待处理'), ('found', '已找到'), ('sent_on', '已转发'), ('returned', '已退回原局'), ('claimed', '转理赔'), ('mistaken', '登记有误'), ('moot', '后到轨迹已说明')], default='')),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by', models.TextField(default='')),
                ('note', models.TextField(default='')),
            ],
            options={
                'db_table': 'mail_difference',
                'indexes': [models.Index(condition=models.Q(('outcome', '')), fields=['-found_at', '-id'], name='mail_difference_open_idx'), models.Index(fields=['item_key'], name='mail_difference_item_idx')],
                'constraints': [models.UniqueConstraint(fields=('container', 'device', 'sequence', 'subject', 'kind'), name='mail_difference_once')],
            },
        ),
        migrations.CreateModel(
            name='ItemException',
            fields=[
                ('pk', models.CompositePrimaryKey('kind', 'item_key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('kind', models.SmallIntegerField(choices=[(0, '逾限'), (1, '错向'), (2, '静默'), (3, '有风险'), (4, '无路可达')])),
                ('item_key', models.BigIntegerField()),
                ('due_at', models.DateTimeField()),
                ('here_division', models.TextField()),
                ('dest_division', models.TextField()),
                ('partition_no', models.SmallIntegerField()),
                ('noted_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'mail_exception',
                'indexes': [models.Index(fields=['kind', 'due_at', 'item_key'], name='mail_exception_due_idx')],
            },
        ),
        migrations.CreateModel(
            name='OrdinaryCount',
            fields=[
                ('pk', models.CompositePrimaryKey('office_id', 'day', 'kind', 'direction', blank=True, editable=False, primary_key=True, serialize=False)),
                ('office_id', models.IntegerField()),
                ('day', models.DateField()),
                ('kind', models.TextField(choices=[('letter', '平信'), ('printed', '印刷品'), ('small_packet', '小包')])),
                ('direction', models.TextField(choices=[('accepted', '收寄'), ('dispatched', '发出'), ('arrived', '进口'), ('delivered', '投递')])),
                ('pieces', models.IntegerField()),
                ('counted_at', models.DateTimeField()),
                ('counted_by', models.TextField()),
            ],
            options={
                'db_table': 'mail_ordinary_count',
                'indexes': [models.Index(fields=['-day', 'office_id'], name='mail_ordinary_day_idx')],
            },
        ),
        migrations.CreateModel(
            name='VehicleContent',
            fields=[
                ('pk', models.CompositePrimaryKey('bag', 'vehicle', 'device', 'sequence', blank=True, editable=False, primary_key=True, serialize=False)),
                ('bag', models.TextField()),
                ('vehicle', models.TextField()),
                ('device', models.TextField()),
                ('sequence', models.BigIntegerField()),
                ('role', models.SmallIntegerField(choices=[(0, '装入'), (1, '开拆在内'), (2, '开拆破损')])),
            ],
            options={
                'db_table': 'mail_vehicle_content',
                'indexes': [models.Index(fields=['vehicle'], name='mail_vehicle_content_vehicle')],
            },
        ),
        migrations.RunPython(ranges_open, migrations.RunPython.noop),
    ]
