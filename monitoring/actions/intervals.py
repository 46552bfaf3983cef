"""Another interval than the schedule's for one patient: a doctor's decision, with its reason and its end."""

from datetime import date, timedelta

from django.db import transaction

from monitoring.actions.plan import monitored_drug
from monitoring.models import IntervalOverride
from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.findings import ItemKind
from monitoring.rules.intervals import only_by_name
from monitoring.rules.plan import EVERY_DRUG, EVERY_ITEM, profiles_of, repeated_items
from monitoring.schedules import protocol_of
from patients.acting import explained
from patients.clock import today_in
from patients.entries import ALREADY_RECORDED, not_before_birth, same_as, store, supersede
from patients.errors import NotFound, Refused
from patients.models import Staff
from patients.rules.permissions import Permission
from patients.rules.wording import display_date
from patients.selectors import patient_to_write, patients_for

LONGEST_INTERVAL = 364
"""Days: the schedule's year is 52 weeks."""
LONGEST_OVERRIDE = timedelta(days=364)
"""Another interval is looked at anew within a year, as the risk is."""


@transaction.atomic
@explained()
def override_interval(
    *,
    by: Staff,
    patient_id: int,
    interval_days: int,
    from_on: date,
    until: date,
    reason: str,
    drug: str = EVERY_DRUG,
    item: str = EVERY_ITEM,
) -> IntervalOverride:
    """Sets another interval for a drug and an item ("" for all), from a day that has come to before `until`.

    The one recorded before for the same drug and item is superseded. Raises NotFound, NotAllowed, Refused.
    """
    patient = patient_to_write(by, patient_id, Permission.ADJUST_MONITORING)
    protocol, today = protocol_of(patient.clinic), today_in(patient.clinic)
    monitored_drug(patient, drug, protocol)
    _check_item(protocol, drug, item)
    not_before_birth(patient, from_on, "from_on")
    _check_begin(from_on, today)
    _check_end(from_on, until, today)
    _check_interval(interval_days, from_on, until)
    _check_sense(protocol, drug, item, interval_days)
    if not reason.strip():
        raise Refused("Say why the interval is another one.", "reason")
    row = IntervalOverride(
        patient=patient,
        drug=drug,
        item=item,
        interval_days=interval_days,
        from_on=from_on,
        until=until,
        reason=reason.strip(),
        protocol_version=protocol.version,
        recorded_by=by,
    )
    earlier = IntervalOverride.objects.filter(patient=patient, drug=drug, item=item).current().first()
    if earlier is None:
        return store(row)
    if same_as(row).exists():
        raise Refused(ALREADY_RECORDED)
    return _in_its_place(earlier, row, by, "another interval was decided")


@transaction.atomic
@explained()
def end_interval(*, by: Staff, override_id: int, reason: str) -> IntervalOverride:
    """Goes back to the schedule's interval from today on; until yesterday the other one held.

    Raises NotFound, NotAllowed, Refused for one that is over or has not held for a day.
    """
    found = IntervalOverride.objects.filter(pk=override_id, patient__in=patients_for(by)).current().first()
    if found is None:
        raise NotFound("No such interval among your patients, or it was already replaced or withdrawn.")
    patient = patient_to_write(by, found.patient_id, Permission.ADJUST_MONITORING)
    today = today_in(patient.clinic)
    if found.until <= today:
        raise Refused(f"This interval ended on {display_date(found.until)}. The schedule’s own holds already.")
    if found.from_on >= today:
        raise Refused("This interval has not held for a day yet: withdraw it, or set another one in its place.")
    row = IntervalOverride(
        patient=patient,
        drug=found.drug,
        item=found.item,
        interval_days=found.interval_days,
        from_on=found.from_on,
        until=today,
        reason=found.reason,
        protocol_version=found.protocol_version,
        recorded_by=by,
    )
    return _in_its_place(found, row, by, reason)


def _in_its_place(old: IntervalOverride, new: IntervalOverride, by: Staff, reason: str) -> IntervalOverride:
    new.replaces = old
    new.recorded_at = supersede(old, by=by, reason=reason)
    return store(new)


def _check_item(protocol: MonitoringProtocol, drug: str, item: str) -> None:
    repeated = repeated_items(protocol, drug)
    whose = "the schedule" if drug == EVERY_DRUG else protocol.drugs[drug].name
    named = ", ".join(protocol.items[each].name for each in repeated)
    if item == EVERY_ITEM:
        if not any(not only_by_name(protocol.items[each]) for each in repeated):
            which = f" Choose one of: {named}." if named else ""
            raise Refused(f"No tests are repeated together for {whose}, so there is no interval to set.{which}", "item")
    elif item not in repeated:
        known = protocol.items.get(item)
        name = known.name if known is not None else f"“{item}”"
        which = f" Choose one of: {named}." if named else ""
        raise Refused(f"{name} is not repeated at an interval for {whose}.{which}", "item")


def _check_begin(from_on: date, today: date) -> None:
    """Raises Refused for a day to come: a dose increase before it would be put off by what was decided without it."""
    if from_on > today:
        raise Refused("Another interval begins today or earlier. Decide a later one on the day itself.", "from_on")


def _check_end(from_on: date, until: date, today: date) -> None:
    if until <= today:
        raise Refused("Choose a later day: an interval that is already over changes nothing.", "until")
    if until > today + LONGEST_OVERRIDE:
        raise Refused(
            f"Another interval ends within {LONGEST_OVERRIDE.days} days, by {display_date(today + LONGEST_OVERRIDE)}: "
            "then it is decided anew.",
            "until",
        )


def _check_interval(interval_days: int, from_on: date, until: date) -> None:
    if not 1 <= interval_days <= LONGEST_INTERVAL:
        raise Refused(f"An interval is 1 to {LONGEST_INTERVAL} days.", "interval_days")
    lasts = (until - from_on).days
    if interval_days > lasts:
        raise Refused(
            f"This holds for {lasts} days only, so an interval of {interval_days} days never comes round. Let it end "
            "later, or choose a shorter interval.",
            "interval_days",
        )


def _check_sense(protocol: MonitoringProtocol, drug: str, item: str, interval_days: int) -> None:
    """Raises Refused for what the schedule asks anyway, and for a level sooner than it has settled."""
    if item == EVERY_ITEM:
        return
    profiles = profiles_of(protocol, drug, item)
    name = protocol.items[item].name
    phases = [phase for profile in profiles for phase in profile.phases]
    if {phase.interval_days for phase in phases} == {interval_days}:
        raise Refused(f"{name}: the schedule asks for it every {interval_days} days anyway.", "interval_days")
    settled = max(phase.not_before_days for phase in phases)
    if protocol.items[item].kind is ItemKind.TROUGH and interval_days < settled:
        raise Refused(
            f"{name}: sooner than {settled} days after a dose change a level has not settled. Choose {settled} days or "
            "more.",
            "interval_days",
        )
