from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "youlu.domain.access"
    label = "access"
    verbose_name = "账号与岗位"
    # Permission -> the roles that hold it. Each app declares its own; access only reads them.
    grants = {"access.admin": ("security_admin",), "audit.read": ("auditor",)}

    def ready(self) -> None:
        from youlu.domain.access.adapter import factors_watch

        factors_watch()
