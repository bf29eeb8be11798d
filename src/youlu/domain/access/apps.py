from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "youlu.domain.access"
    label = "access"
    verbose_name = "账号与岗位"
    # Permission -> the roles that hold it. Each app declares its own; access only reads them.
    grants = {"access.admin": ("security_admin",), "audit.read": ("auditor",)}
    # Secrets of authenticator apps and seeds of recovery codes, in the JSON of allauth.
    sealed_json = (("mfa_authenticator", "id", "bigint", "data", "mfa.authenticator"),)

    def ready(self) -> None:
        from youlu.domain.access.adapter import factors_watch

        factors_watch()
