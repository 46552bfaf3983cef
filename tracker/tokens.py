"""Every write about API tokens. Only a token's hash is kept; its text is shown once."""

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from knox.models import AuthToken

from patients.models import Staff


class WrongCredentials(Exception):
    """No active account has this user name and password; which of the two is wrong is not said."""


def issue(request: HttpRequest, username: str, password: str) -> tuple[AuthToken, str]:
    """A new token for these credentials: its row, and the text that is shown once. Raises WrongCredentials."""
    staff = authenticate(request=request, username=username, password=password)
    if not isinstance(staff, Staff):
        raise WrongCredentials
    row, text = AuthToken.objects.create(user=staff)
    return row, text


def revoke(token: AuthToken) -> None:
    """Ends one token."""
    token.delete()


@transaction.atomic
def revoke_all(staff: Staff) -> None:
    """Ends every token of a member of staff."""
    AuthToken.objects.filter(user=staff).delete()


def clear_expired() -> None:
    """Removes tokens that no longer open anything."""
    AuthToken.objects.filter(expiry__lt=timezone.now()).delete()
