from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "youlu.interfaces.web"
    label = "web"
