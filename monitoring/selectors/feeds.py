"""Calendar feeds: whose they are, and what one shows. Days and numbers only, never a name."""

from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from django.db.models import QuerySet

from monitoring.models import CalendarFeed
from monitoring.rules.vocabulary import FeedContent
from monitoring.selectors.calendar import ExpectedDay, expected_days
from patients.models import Staff

DAYS_BACK, DAYS_AHEAD = 7, 120
LONGEST_TOKEN = 100  # characters; nothing that we made is longer


@dataclass(frozen=True, slots=True)
class FeedDay:
    """One entry of a feed: a whole day, and what is expected on it in numbers."""

    on: date
    content: FeedContent
    summary: str


def feeds_of(staff: Staff) -> QuerySet[CalendarFeed]:
    """The person's own feeds that still work, the newest first."""
    return CalendarFeed.objects.filter(staff=staff, revoked_at__isnull=True).order_by("-created_at", "-pk")


def feed_named(token: str) -> CalendarFeed | None:
    """The feed with this token; None for one that never was, was revoked, or belongs to a closed account."""
    if not token or len(token) > LONGEST_TOKEN:
        return None
    rows = CalendarFeed.objects.filter(
        token_hash=hash_of(token), revoked_at__isnull=True, staff__is_active=True
    ).select_related("staff")
    return rows.first()


def hash_of(token: str) -> str:
    """What is kept of a token. It is long and random, so a plain digest cannot be turned back."""
    return sha256(token.encode()).hexdigest()


def feed_days(feed: CalendarFeed, as_of: date) -> list[FeedDay]:
    """What the feed shows: the last week, and about four months ahead."""
    days = expected_days(feed.staff, as_of - timedelta(DAYS_BACK), as_of + timedelta(DAYS_AHEAD), as_of)
    found = []
    for day in days.values():
        if feed.content != FeedContent.INFUSIONS and day.visits:
            found.append(FeedDay(day.on, FeedContent.BLOODS, _visits(day)))
        if feed.content != FeedContent.BLOODS and day.chairs:
            found.append(FeedDay(day.on, FeedContent.INFUSIONS, f"Infusion chair: {_patients(day.chairs)}"))
    return found


def _visits(day: ExpectedDay) -> str:
    late = f", {day.late} of them late" if day.late else ""
    return f"Bloods and other visits: {_patients(day.visits)}{late}"


def _patients(number: int) -> str:
    return f"{number} patient{'' if number == 1 else 's'}"
