"""What a plan's roster put aside, kept with the watch."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("desk", "0033_indexes_of_lists"), ("workforce", "0007_roster_from_at")]

    operations = [migrations.AddField("emergencywatch", "displaced", models.JSONField(null=True))]
