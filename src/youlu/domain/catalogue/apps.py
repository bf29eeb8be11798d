from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "youlu.domain.catalogue"
    label = "catalogue"
    verbose_name = "项目目录"
    grants = {"programme.read": ("clerk", "agent", "supervisor", "dispatcher")}
