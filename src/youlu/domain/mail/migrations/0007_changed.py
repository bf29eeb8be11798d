"""The record of changed items, kept by triggers."""

from django.db import migrations

from youlu.domain.mail import changed


class Migration(migrations.Migration):
    dependencies = [("mail", "0006_lists")]
    operations = [migrations.RunSQL(statement) for statement in changed.create_statements()]
