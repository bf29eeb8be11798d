"""Lists of mail that is rare among a million: no way, at risk, told otherwise. No scan changes their columns."""

from django.db import migrations

LISTS = {
    "mail_item_noway": "expected_arrive_by IS NULL",
    "mail_item_risk": "expected_arrive_by > committed_arrive_by",
    "mail_item_moved": "told_arrive_by IS DISTINCT FROM committed_arrive_by",
}


class Migration(migrations.Migration):
    dependencies = [("mail", "0005_capacity_cause")]
    operations = [
        migrations.RunSQL(
            f"CREATE INDEX {name} ON mail_item (committed_arrive_by, item_key) WHERE in_flight AND {what}",
            f"DROP INDEX {name}")
        for name, what in LISTS.items()
    ]
