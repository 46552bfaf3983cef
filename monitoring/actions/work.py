"""What staff do about a due item: contact the patient, take a sample, say that it is not needed.

Each action brings the open items concerned in step at once, so that the list is right when the page comes back; the
schedule itself is worked out afterwards by `reconcile`, which the caller asks for.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from monitoring.actions.postponements import check_item_put_off, is_repeated
from monitoring.actions.work_in_step import bring_in_step, take_place_of
from monitoring.models import Contact, NotNeeded, SampleTaken
from monitoring.protocol.load import load
from monitoring.rules.plan import repeated_items
from monitoring.rules.vocabulary import ContactChannel, ContactOutcome, Symptom
from monitoring.selectors.work import SAMPLED
from patients.acting import explained
from patients.clock import today_in
from patients.entries import not_before_birth, not_in_future, store_once
from patients.errors import Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date
from patients.selectors import patient_to_write

# Longer than any laboratory takes; a slip of the month or year is caught.
LONGEST_WAIT = timedelta(days=56)
# As long as the longest interval of the schedule: what is not needed for longer is decided anew, or has no end.
LONGEST_NOT_NEEDED = timedelta(days=364)


@transaction.atomic
def record_contact(
    *,
    by: Staff,
    patient_id: int,
    on: date,
    channel: str,
    outcome: str,
    note: str = "",
    symptoms_asked: bool = False,
    symptoms: Sequence[str] = (),
    item: str = "",
    occasion: str = "",
) -> Contact:
    """Records one attempt to reach a patient, about one item or (item "") about none in particular.

    A booked visit that was missed is the outcome `did_not_attend`, on the day of the visit. Raises NotFound,
    NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    not_in_future(on, today_in(patient.clinic), "on")
    not_before_birth(patient, on, "on")
    if item:
        known_item(item)
    elif occasion:
        raise Refused("An occasion belongs to an item: say which.", "item")
    if ContactOutcome(outcome) is ContactOutcome.OTHER and not note.strip():
        raise Refused("Say what came of it.", "note")
    if symptoms and not symptoms_asked:
        raise Refused("Symptoms can only be recorded when they were asked about.", "symptoms")
    told = set(symptoms)
    return store_once(
        Contact(
            patient=patient,
            on=on,
            item=item,
            occasion=occasion,
            channel=ContactChannel(channel).value,
            outcome=ContactOutcome(outcome).value,
            symptoms_asked=symptoms_asked,
            symptoms=[symptom.value for symptom in Symptom if symptom in told],
            note=note.strip(),
            recorded_by=by,
        )
    )


@transaction.atomic
def take_sample(
    *,
    by: Staff,
    patient_id: int,
    items: Sequence[str],
    taken_on: date,
    until: date | None = None,
    note: str = "",
    occasion: str = "",
) -> list[SampleTaken]:
    """Records that a sample for these items is on its way: each waits for its result until a day.

    `until` None stands for so many days after the sample as the site's setting says. An earlier sample that is still
    waited for is replaced. Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    today = today_in(patient.clinic)
    not_in_future(taken_on, today, "taken_on")
    not_before_birth(patient, taken_on, "taken_on")
    if not items:
        raise Refused("Say for which items the sample was taken.", "items")
    expected = _expected(taken_on, until, today)
    moment = timezone.now()
    rows = []
    for item in dict.fromkeys(items):
        _answered_by_a_sample(item)
        waited_for = SampleTaken.objects.filter(patient=patient, item=item, occasion=occasion, until__gt=today)
        row = SampleTaken(
            patient=patient,
            item=item,
            occasion=occasion,
            taken_on=taken_on,
            until=expected,
            note=note.strip(),
            recorded_at=moment,
            recorded_by=by,
        )
        rows.append(take_place_of(waited_for, row, by=by, reason="sample taken anew"))
    bring_in_step(patient, today)
    return rows


@transaction.atomic
@explained()
def not_needed(
    *, by: Staff, patient_id: int, item: str, reason: str, occasion: str = "", until: date | None = None
) -> NotNeeded:
    """Records that an item is not needed: until a day, or (None) for as long as the same drug asks for it.

    An earlier such entry for the item is replaced. Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.RECORD_MONITORING)
    today = today_in(patient.clinic)
    known_item(item)
    if not reason.strip():
        raise Refused("Say why it is not needed.", "reason")
    if until is not None and until <= today:
        raise Refused("Choose a later day, or leave it open.", "until")
    if until is not None and until > today + LONGEST_NOT_NEEDED:
        raise Refused(f"Choose a day within {LONGEST_NOT_NEEDED.days} days, or leave it open. Check the year.", "until")
    if until is not None and (item in repeated_items(load()) or is_repeated(patient, item, occasion)):
        check_item_put_off(by, patient, item, occasion, until, today)
    row = NotNeeded(
        patient=patient,
        item=item,
        occasion=occasion,
        made_on=today,
        until=until,
        reason=reason.strip(),
        protocol_version=load().version,
        recorded_at=timezone.now(),
        recorded_by=by,
    )
    earlier = NotNeeded.objects.filter(patient=patient, item=item, occasion=occasion)
    stored = take_place_of(earlier, row, by=by, reason="decided anew")
    bring_in_step(patient, today, not_needed=stored)
    return stored


def known_item(item: str) -> None:
    """Raises Refused for what the monitoring protocol does not know."""
    if item not in load().items:
        raise Refused("This is not an item of the monitoring protocol.", "item")


def days_to_wait() -> int:
    """After how many days without its result a sample is asked for again, unless a day was given."""
    return int(settings.DAYS_TO_WAIT_FOR_A_RESULT)


def _expected(taken_on: date, until: date | None, today: date) -> date:
    expected = taken_on + timedelta(days_to_wait()) if until is None else until
    if until is None and expected <= today:
        raise Refused(
            f"The usual {days_to_wait()} days for a result were over on {display_date(expected)}. Give the day by "
            "which it is still expected, or record the result.",
            "until",
        )
    if expected <= today:
        raise Refused("The result is expected on a later day than today.", "until")
    if expected > taken_on + LONGEST_WAIT:
        raise Refused(f"A result is waited for {LONGEST_WAIT.days} days at most. Check the month and year.", "until")
    return expected


def _answered_by_a_sample(item: str) -> None:
    known_item(item)
    found = load().items[item]
    if found.kind not in SAMPLED or not found.satisfied_by:
        raise Refused(f"{found.name.capitalize()}: no sample answers this. Record it when it is done.", "items")
