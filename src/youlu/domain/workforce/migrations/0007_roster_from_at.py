"""Rosters that begin within their first day."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("workforce", "0006_forecast_checks")]

    operations = [migrations.AddField("roster", "from_at", models.DateTimeField(null=True))]
