"""Encryption of what must be read back: the secrets of authenticator apps and the seeds of recovery codes."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"myoline second factor"


class UnreadableSecret(Exception):
    """No key that is configured opens it: the key was changed without keeping the earlier one as a fallback."""


def sealed(text: str) -> str:
    """The text under the key in force."""
    return _box().encrypt(text.encode()).decode()


def opened(text: str) -> str:
    """The text that was sealed under the key in force or an earlier one. Raises UnreadableSecret."""
    try:
        return _box().decrypt(text.encode()).decode()
    except InvalidToken:
        raise UnreadableSecret from None


def _box() -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in settings.SECOND_FACTOR_KEYS])


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
