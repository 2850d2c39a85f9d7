"""The database and town of the tests of jobs."""

from tests.data.jobs.conftest import owner, registered, settings, store

__all__ = ["owner", "registered", "settings", "store"]
