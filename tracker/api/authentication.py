"""How a program shows who it is. People in a browser have their session as well."""

from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from patients.acting import name_actor
from patients.models import Staff


class TokenAuthentication(KnoxAuthentication):
    """`Authorization: Token …`."""

    def authenticate_credentials(self, token: bytes) -> tuple[Staff, AuthToken]:
        if not token.isalnum():  # knox would fail on bytes that are no text
            raise AuthenticationFailed("Invalid token.")
        staff, found = super().authenticate_credentials(token)
        name_actor(staff.pk)
        return staff, found
