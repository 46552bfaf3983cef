"""A person's calendar addresses, and the feed behind one (iCalendar, RFC 5545)."""

from datetime import UTC, date, datetime, timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from icalendar import Calendar, Event

from monitoring.actions.feeds import make_feed, note_use, revoke_feed
from monitoring.calendar_forms import NewFeedForm
from monitoring.models import CalendarFeed
from monitoring.rules.vocabulary import FeedContent
from monitoring.selectors.feeds import FeedDay, feed_days, feed_named, feeds_of
from patients.acting import name_actor
from patients.clock import today_in
from patients.errors import DomainError
from patients.models import Staff
from patients.selectors import clinics_of
from tracker.views.refusals import refusals_as_pages

INVALID = 422


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def calendar_feeds(request: HttpRequest) -> HttpResponse:
    """The addresses that still work; a new one is shown once, on the page that answers its making."""
    staff = cast(Staff, request.user)
    form = NewFeedForm(request.POST or None)
    address = ""
    if request.method == "POST" and form.is_valid():
        try:
            _, token = make_feed(by=staff, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            address = request.build_absolute_uri(reverse("calendar_feed", args=[token]))
            form = NewFeedForm()
    context = {"form": form, "feeds": feeds_of(staff), "address": address}
    return render(request, "monitoring/calendar_feeds.html", context, status=INVALID if form.errors else 200)


@require_POST
@refusals_as_pages()
def revoke_calendar_feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Ends one address."""
    revoke_feed(by=cast(Staff, request.user), feed_id=feed_id)
    messages.success(request, gettext_lazy("The calendar address no longer works."))
    return redirect("calendar_feeds")


@login_not_required
@never_cache
@require_safe
@sensitive_variables("token")
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The feed itself, for calendar programs. The address is the key, so it is never logged (tracker/logs.py)."""
    feed = feed_named(token)
    if feed is None:
        raise Http404("No such calendar.")
    name_actor(feed.staff_id)
    clinic = clinics_of(feed.staff).first()
    today = today_in(clinic) if clinic else datetime.now(UTC).date()
    note_use(feed, today)
    body = _calendar(request, feed, feed_days(feed, today) if clinic else [])
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


def _calendar(request: HttpRequest, feed: CalendarFeed, days: list[FeedDay]) -> bytes:
    sheet = Calendar()
    sheet.add("prodid", "-//Myoline//Clinic calendar//EN")
    sheet.add("version", "2.0")
    sheet.add("method", "PUBLISH")
    sheet.add("x-wr-calname", f"Myoline: {FeedContent(feed.content).label}")
    sheet.add("refresh-interval", timedelta(hours=4), parameters={"value": "DURATION"})
    for day in days:
        sheet.add_component(_event(request, feed, day))
    return cast(bytes, sheet.to_ical())


def _event(request: HttpRequest, feed: CalendarFeed, day: FeedDay) -> Event:
    event = Event()
    # The same day of the same feed keeps its identity, so that a program changes its entry in place of adding one.
    event.add("uid", f"{feed.pk}-{day.content.value}-{day.on.isoformat()}@myoline")
    event.add("dtstamp", datetime.now(UTC))
    event.add("dtstart", day.on)
    event.add("dtend", _next(day.on))
    event.add("summary", day.summary)
    event.add("url", request.build_absolute_uri(reverse("calendar_day", args=[day.on.isoformat()])))
    event.add("transp", "TRANSPARENT")
    event.add("class", "CONFIDENTIAL")
    return event


def _next(on: date) -> date:
    return on + timedelta(days=1)
