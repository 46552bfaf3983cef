from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from knox.models import AuthToken

from tests.factories.rows import a_stranger
from tracker.tasks import clear_expired


@pytest.mark.django_db
def test_only_what_has_expired_is_removed() -> None:
    staff = a_stranger()
    now = timezone.now()
    for days in (-1, 1):
        Session.objects.create(session_key=f"key{days}", session_data="", expire_date=now + timedelta(days=days))
        token, _ = AuthToken.objects.create(user=staff)
        AuthToken.objects.filter(pk=token.pk).update(expiry=now + timedelta(days=days))

    clear_expired()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["key1"]
    assert AuthToken.objects.get().expiry > now
