"""How often anybody may ask. Rates are in the settings; the counts are in Redis, for all servers together.

Without Redis nobody is counted: a clinic goes on reading and recording, and each uncounted request leaves a log line.
Wrong passwords and codes are counted all the same (tracker/sign_in/limits.py).
"""

from typing import Any

import structlog
from redis import RedisError
from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle

from tracker.sign_in.limits import is_remembered

log = structlog.get_logger(__name__)


class Counted(SimpleRateThrottle):
    """A limit that does not stand in the way while its counts cannot be reached."""

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError:
            log.warning("request_not_counted", scope=self.scope)
            return True


class OfPerson(Counted, UserRateThrottle):
    """Requests to the API by one person."""


class SignInByAddress(Counted):
    """Attempts to sign in from one address, on the page or to the API."""

    scope = "sign_in_address"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class ProviderByAddress(SignInByAddress):
    """Ways to the sign-in provider and back from one address: two for each sign-in, each with work for this server."""

    scope = "sign_in_provider"


class SignInByName(Counted):
    """Attempts on one account from wherever its owner has not signed in lately.

    Whoever guesses elsewhere slows down guessing, and never the person at their own desk.
    """

    scope = "sign_in_name"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        typed = request.data if hasattr(request, "data") else request.POST
        name = typed.get("username") if isinstance(typed, dict) else None
        if not isinstance(name, str):
            return None
        name = name.strip()  # as whatever reads it does
        if is_remembered(name, request):
            return None
        return self.cache_format % {"scope": self.scope, "ident": name.casefold().encode(errors="replace").hex()[:150]}
