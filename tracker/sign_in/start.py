"""The start link of an account: with it, and once, its owner sets the first password. Nobody else ever knows one.

The token is a signature over what the account holds at that moment, its lack of a password included. So nothing is
kept of it; it ends when a password is set, when a later link is made, and after the setting PASSWORD_RESET_TIMEOUT.
"""

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.http import base36_to_int, int_to_base36

from patients.acting import name_actor
from patients.entries import store
from patients.errors import NotFound, Refused
from patients.models import Staff

LONGEST_TOKEN = 100  # characters; nothing that we made is longer
NOT_HELD = "This link holds no more: it was used, a later one was made, or its days are over."


class _StartTokens(PasswordResetTokenGenerator):
    key_salt = "tracker.sign_in.start"


_tokens = _StartTokens()


def token_for(staff: Staff) -> str:
    """What the link of this account says. For an account without a password."""
    return f"{int_to_base36(staff.pk)}-{_tokens.make_token(staff)}"


def account_with(token: str) -> Staff | None:
    """The account that this link starts; None when it holds no more."""
    found = Staff.objects.filter(pk=_number_in(token)).first()
    return found if found is not None and _holds(found, token) else None


@transaction.atomic
def set_first_password(*, token: str, password: str) -> Staff:
    """The first password of an account, set by its owner. Raises NotFound when the link holds no more; Refused."""
    staff = Staff.objects.select_for_update(no_key=True).filter(pk=_number_in(token)).first()
    if staff is None or not _holds(staff, token):
        raise NotFound(NOT_HELD)
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "new") from None
    name_actor(staff.pk)
    staff.set_password(password)
    return store(staff)


def _holds(staff: Staff, token: str) -> bool:
    fits = _tokens.check_token(staff, token.partition("-")[2])
    return staff.is_active and not staff.has_usable_password() and fits


def _number_in(token: str) -> int:
    """The account that a token names; 0, which is none, where it names nothing."""
    if len(token) > LONGEST_TOKEN:
        return 0
    try:
        number = base36_to_int(token.partition("-")[0])
    except ValueError:
        return 0
    return number if number < 2**63 else 0
