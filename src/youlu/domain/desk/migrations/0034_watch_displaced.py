"""What a plan's roster put aside, kept with the watch; of one that is open now, as far as it can be told."""

from django.db import migrations, models


def open_watch(apps, schema_editor):
    """The newest roster of each day among those that the plan's replaced."""
    watch = apps.get_model("desk", "EmergencyWatch").objects.filter(left_at=None).exclude(roster_id=None).first()
    if watch is None:
        return
    rosters, shifts = apps.get_model("workforce", "Roster"), apps.get_model("workforce", "RosterShift")
    replaced = rosters.objects.filter(id__in=rosters.objects.get(id=watch.roster_id).replaces)
    version = dict(replaced.values_list("id", "version"))
    basis = dict(replaced.values_list("id", "basis"))
    newest: dict = {}
    for row in shifts.objects.filter(roster_id__in=version).order_by("start_at"):
        kept = newest.get((row.agent_id, row.work_date))
        if kept is None or version[kept.roster_id] < version[row.roster_id]:
            newest[row.agent_id, row.work_date] = row
    watch.displaced = [
        {"agent": str(row.agent_id), "date": row.work_date.isoformat(), "kind": row.kind_id,
         "start": row.start_at.isoformat(), "end": row.end_at.isoformat(), "basis": basis[row.roster_id]}
        for row in newest.values()]
    watch.save(update_fields=["displaced"])


class Migration(migrations.Migration):

    dependencies = [("desk", "0033_indexes_of_lists"), ("workforce", "0007_roster_from_at")]

    operations = [
        migrations.AddField("emergencywatch", "displaced", models.JSONField(
            default=list, db_default=models.Value([], models.JSONField()))),
        migrations.RunPython(open_watch, migrations.RunPython.noop),
    ]
