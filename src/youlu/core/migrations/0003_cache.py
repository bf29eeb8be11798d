from django.db import migrations

# The table of Django's database cache: what several processes must know alike (codes used, limits).
MAKE = """
CREATE TABLE IF NOT EXISTS core_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS core_cache_expires ON core_cache (expires);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_audit_marks'),
    ]

    operations = [
        migrations.RunSQL(MAKE, "DROP TABLE core_cache"),
    ]
