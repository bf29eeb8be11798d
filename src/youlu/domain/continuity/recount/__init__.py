"""The second, slow method: everything is counted and searched again in plain Python from the tables alone. No code is
shared with the engine or the loop beyond the rows they read and wrote, so that an error in them cannot hide itself."""

from youlu.domain.continuity.recount.checks import Finding, Recount, recount_run

__all__ = ["Finding", "Recount", "recount_run"]
