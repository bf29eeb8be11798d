from django.apps import AppConfig


class WorkforceConfig(AppConfig):
    name = "youlu.domain.workforce"
    label = "workforce"
    verbose_name = "人员在岗"
    grants = {
        "workforce.self": ("agent", "supervisor"),
        "workforce.read": ("supervisor", "dispatcher"),
        "workforce.edit": ("supervisor",),
        "workforce.roster": ("supervisor",),  # make and edit drafts
        "workforce.publish": ("supervisor",),  # approve somebody else's, put in force
        "workforce.home": ("supervisor",),  # where somebody lives
    }
