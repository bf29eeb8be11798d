from django.db import migrations

from youlu.domain.workforce.trade import shift_kinds_ensure


def kinds(apps, schema_editor):
    shift_kinds_ensure(apps.get_model("workforce", "ShiftKind"))


class Migration(migrations.Migration):

    dependencies = [("workforce", "0002_rosters")]

    operations = [migrations.RunPython(kinds, migrations.RunPython.noop)]
