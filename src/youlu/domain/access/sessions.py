"""The two questions of every request of somebody signed in, as statements that the server plans once: the ORM takes
longer to write them than the database to answer."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session

from youlu.core.bulk import cursor_raw
from youlu.core.clock import real_now
from youlu.domain.access.models import User

SESSION = "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s"
FIELDS = [field.attname for field in User._meta.concrete_fields]
USER = "SELECT {} FROM access_user WHERE id = %s".format(
    ", ".join(f'"{field.column}"' for field in User._meta.concrete_fields))


class SessionStore(DatabaseSessions):
    """Django's sessions in the database, read as above."""

    def _get_session_from_db(self) -> Session | None:
        with cursor_raw() as cursor:
            cursor.execute(SESSION, [self.session_key, real_now()], prepare=True)
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return None
        return Session(session_key=str(self.session_key), session_data=row[0], expire_date=row[1])


class PersonBackend(AuthenticationBackend):
    """allauth's, which reads whoever is signed in as above."""

    def get_user(self, user_id: Any) -> User | None:
        with cursor_raw() as cursor:
            cursor.execute(USER, [user_id], prepare=True)
            row = cursor.fetchone()
        user = User.from_db("default", FIELDS, row) if row is not None else None
        return user if user is not None and self.user_can_authenticate(user) else None
