"""Sessions as Django keeps them in the database, with the moments at which each began and was last used."""

import time

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore

STARTED, SEEN = "started_at", "seen_at"  # seconds since 1970, in the session


class SessionStore(DatabaseSessionStore):
    """A session of somebody who is signed in never goes without the two moments."""

    def save(self, must_create: bool = False) -> None:
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # Django's own way to the data
        if SESSION_KEY in data:
            data.setdefault(STARTED, time.time())
            data.setdefault(SEEN, time.time())
        super().save(must_create)
