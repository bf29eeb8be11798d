from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "youlu.core"
    label = "core"
    verbose_name = "基础"
