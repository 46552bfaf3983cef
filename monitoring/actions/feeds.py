"""Calendar feeds: made and revoked by the person whose they are. The token is shown once; only its hash is kept."""

import secrets
from datetime import date

from django.db import transaction
from django.utils import timezone

from monitoring.models import CalendarFeed
from monitoring.rules.vocabulary import FeedContent
from monitoring.selectors.feeds import feeds_of, hash_of
from patients.entries import store
from patients.errors import NotAllowed, NotFound, Refused
from patients.models import Staff
from patients.selectors import clinics_of

MOST_FEEDS = 10
_TOKEN_BYTES = 32


@transaction.atomic
def make_feed(*, by: Staff, content: FeedContent, label: str = "") -> tuple[CalendarFeed, str]:
    """A new feed and its token, which can never be shown again. Raises NotAllowed, Refused."""
    if not clinics_of(by).exists():
        raise NotAllowed("You belong to no clinic, so there is nothing that a calendar could show.")
    if feeds_of(by).count() >= MOST_FEEDS:
        raise Refused(f"You have {MOST_FEEDS} calendar addresses. Revoke one that you no longer use.")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = CalendarFeed(staff=by, token_hash=hash_of(token), content=content, label=label.strip())
    return store(row), token


@transaction.atomic
def revoke_feed(*, by: Staff, feed_id: int) -> None:
    """Ends one of the person's own feeds at once. Raises NotFound."""
    ended = feeds_of(by).filter(pk=feed_id).update(revoked_at=timezone.now())
    if not ended:
        raise NotFound("No such calendar address among yours, or it was already revoked.")


def note_use(feed: CalendarFeed, on: date) -> None:
    """Keeps the day on which a feed was last read, so that an unused one can be told. One write a day at most."""
    CalendarFeed.objects.filter(pk=feed.pk).exclude(last_used_on=on).update(last_used_on=on)
