from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "youlu.interfaces.web"
    label = "web"
    grants = {"situation.read": ("dispatcher", "supervisor")}
