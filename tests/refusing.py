"""The two ways in which nothing is written: the database refuses it, or an action says why not."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction

from patients.errors import Refused


@contextmanager
def database_refuses(constraint: str) -> Iterator[None]:
    """By the name that the database gives, for triggers as for constraints."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        yield
    assert refused.value.__cause__.diag.constraint_name == constraint


@contextmanager
def action_says(words: str, field: str | None = None) -> Iterator[None]:
    """With words that fit, and beside the field that they belong to."""
    with pytest.raises(Refused, match=words) as refused:
        yield
    assert refused.value.field == field
