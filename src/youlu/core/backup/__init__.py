"""Backups: one file from one snapshot, restored on any server that carries Youlu.

The file is a tar of pieces of PostgreSQL's text COPY format, gzipped, with what is needed to judge it first and the
list of all pieces with their digests last: a file that was cut off has no list. The keys of personal data are never
in it. It holds rows, not tables: those are made by the migrations it names, so that a backup moves between server
versions and an older one is brought up to the present afterwards.
"""

from youlu.core.backup.archive import Header, Manifest, archive_check
from youlu.core.backup.load import backup_restore
from youlu.core.backup.save import backup_save

__all__ = ["Header", "Manifest", "archive_check", "backup_restore", "backup_save"]
