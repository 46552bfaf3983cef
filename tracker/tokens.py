"""Every write about API tokens. Only a token's hash is kept; its text is shown once."""

from collections import Counter
from collections.abc import Collection

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from knox.models import AuthToken

from patients.acting import name_actor
from patients.models import Staff
from tracker import second_factor
from tracker.audit.record import record_security
from tracker.audit.words import SecurityKind
from tracker.sign_in import limits
from tracker.sign_in.credentials import person_with


class WrongCredentials(Exception):
    """No active account has this user name, password and code; which of them is wrong is not said."""


class SecondFactorNeeded(Exception):
    """The account must have a second factor and has none yet; one is set up on the pages."""


def issue(request: HttpRequest, username: str, password: str, code: str = "") -> tuple[AuthToken, str]:
    """A new token for these credentials: its row, and the text that is shown once.

    `code` is asked of whoever has a second factor. Raises WrongCredentials, SecondFactorNeeded.
    """
    staff = person_with(request, username, password)
    if staff is None:
        raise WrongCredentials
    if second_factor.has_one(staff):
        try:
            second_factor.confirm(request, staff, code)
        except second_factor.WrongSecondFactor:
            raise WrongCredentials from None
    elif second_factor.must_have(staff):
        raise SecondFactorNeeded
    name_actor(staff.pk)
    with transaction.atomic():
        row, text = AuthToken.objects.create(user=staff)
        limits.remember_address(staff.username, request)
        record_security(
            SecurityKind.TOKEN_ISSUED, account=staff.pk, username=staff.username, address=limits.address_of(request)
        )
    return row, text


@transaction.atomic
def revoke(token: AuthToken) -> None:
    """Ends one token."""
    record_security(SecurityKind.TOKEN_REVOKED, account=token.user_id)
    token.delete()


@transaction.atomic
def revoke_all(staff: Staff) -> None:
    """Ends every token of a member of staff."""
    ended = AuthToken.objects.filter(user=staff).delete()[0]
    if ended:
        record_security(SecurityKind.TOKEN_REVOKED, account=staff.pk, tokens=ended)


def how_many(staff_ids: Collection[int]) -> Counter[int]:
    """How many tokens of each of these people still open something, in one query."""
    rows = AuthToken.objects.filter(user__in=list(staff_ids), expiry__gt=timezone.now())
    return Counter(rows.values_list("user_id", flat=True))


def clear_expired() -> None:
    """Removes tokens that no longer open anything."""
    AuthToken.objects.filter(expiry__lt=timezone.now()).delete()
