"""How often the API may be asked. Rates are in the settings; the counts are in Redis, for all servers together."""

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class SignInByAddress(SimpleRateThrottle):
    """Attempts to sign in from one address."""

    scope = "sign_in_address"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class SignInByName(SimpleRateThrottle):
    """Attempts on one account, wherever they come from."""

    scope = "sign_in_name"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        name = request.data.get("username") if isinstance(request.data, dict) else None
        if not isinstance(name, str):
            return None
        return self.cache_format % {"scope": self.scope, "ident": name.casefold().encode().hex()[:150]}
