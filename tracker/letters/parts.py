"""What the summary and the letter share: who it is about, who printed it when, and parts of the record in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.enzymes import enzymes_as_results
from monitoring.rules.findings import DueFinding
from monitoring.rules.record import MonitoringRecord, Result
from patients.models import Patient, Staff
from patients.rules.entry_order import entry_order
from patients.rules.record import Assessment
from tracker import display
from tracker.letters.runs import Line, strong_in
from tracker.presenters.record_courses import CourseShown, TreatmentShown, present_treatment
from tracker.presenters.record_values import ResultShown, results_shown
from tracker.presenters.timeline import names_for
from tracker.selectors import RecordPage
from tracker.templatetags.clinical import banner_text


@dataclass(frozen=True, slots=True)
class Printed:
    """Who prints, and when by the clinic's clocks."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Measure:
    """The last value of one measure, what a limit says of it ("": nothing), and how it stands to the one before."""

    name: str
    value: str
    on: date
    before: str = ""
    said: str = ""


def printed(staff: Staff, at: datetime) -> Printed:
    """Who prints, by their full name where it is known."""
    return Printed(staff.get_full_name() or staff.get_username(), at)


def frame(page: RecordPage, title: str, who: Printed) -> dict[str, str]:
    """What stands on every page: whom it is about, from when, who printed it, and by which protocols."""
    standing = page.standing
    patient, as_of = standing.patient, standing.as_of
    known = display.day(page.known_on) if page.known_on else _("now")
    protocols = _("treatment pathway %(pathway)s; monitoring %(monitoring)s") % {
        "pathway": standing.pathway.protocol_version,
        "monitoring": standing.monitoring.protocol_version,
    }
    return {
        "title": title,
        "who": banner_text(patient, as_of),
        "numbers": _("Hospital no. %(number)s · %(clinic)s")
        % {"number": patient.hospital_number, "clinic": patient.clinic.name},
        "as_of": _("As of %(day)s, from what is known %(known)s") % {"day": display.day(as_of), "known": known},
        "printed": _("Printed by %(who)s on %(day)s at %(time)s")
        % {"who": who.by, "day": display.day(who.at.date()), "time": f"{who.at:%H:%M}"},
        "protocols": _("Protocols: %(protocols)s") % {"protocols": protocols},
        "motto": _("Myoline advises; clinicians decide."),
        "demo": "" if patient.provenance == "clinical" else patient.get_provenance_display(),
    }


def diagnosis(page: RecordPage) -> list[str]:
    """The subtype, the autoantibodies, and the conditions present on the day."""
    patient, as_of = page.standing.patient, page.standing.as_of
    recorded = page.standing.record.treatment.patient
    found = [_subtype(patient)]
    antibodies = [f"{row.name} {row.finding.label}" for row in recorded.autoantibodies if not row.on or row.on <= as_of]
    found.append(_("Autoantibodies: %(found)s") % {"found": ", ".join(dict.fromkeys(antibodies)) or _("none recorded")})
    present = [
        row.description or row.kind.label
        for row in recorded.conditions
        if row.from_on <= as_of and (row.to_on is None or row.to_on >= as_of)
    ]
    found.append(_("Conditions: %(found)s") % {"found": ", ".join(dict.fromkeys(present)) or _("none recorded")})
    return found


def _subtype(patient: Patient) -> str:
    note = f" ({patient.subtype_note})" if patient.subtype_note else ""
    return f"{patient.get_subtype_display()[:1].upper()}{patient.get_subtype_display()[1:]}{note}"


def treatment_of(page: RecordPage) -> TreatmentShown:
    """The courses of the page's day."""
    return present_treatment(page, names_for(page.standing.protocol, page.standing.as_of))


def dose_words(row: CourseShown) -> str:
    """The dose taken now; a step of the planned taper that has come says so, with the last dose entered."""
    entered = display.dose(row.dose) if row.dose else _("dose not recorded")
    step = row.taper_step
    if step is None:
        return entered
    dose = _("%(dose)s a day") % {"dose": display.quantity(step.milligrams_per_day, "mg")}
    return _("%(dose)s by the planned taper from %(day)s (last dose entered: %(entered)s)") % {
        "dose": dose if step.milligrams_per_day else _("none"),
        "day": display.day(step.on),
        "entered": entered,
    }


def course_line(row: CourseShown) -> Line:
    """`prednisolone 20 mg once a day, since 05-Apr-2026`, the dose bold."""
    dose = dose_words(row)
    words = {"drug": row.name, "dose": dose, "since": since_words(row)}
    return strong_in(_("%(drug)s %(dose)s, %(since)s") % words, dose)


def since_words(row: CourseShown) -> str:
    """`since 05-Apr-2026`, or from when this dose is taken and since when the drug.

    Where a step of the taper has come the dose entered is no longer this one: its day is then said as its own.
    """
    day = display.day(row.course.start_on, row.course.start_precision)
    if row.dose_since is None:
        return (_("the drug since %(day)s") if row.taper_step else _("since %(day)s")) % {"day": day}
    words = {"dose": display.day(row.dose_since), "day": day}
    if row.taper_step:
        return _("the dose entered from %(dose)s, the drug since %(day)s") % words
    return _("this dose from %(dose)s, the drug since %(day)s") % words


def is_measure(row: Result) -> bool:
    """Whether a result is told among the measures of the disease, and so not among the results."""
    return row.analyte == "ck" and row.value is not None


def measure_line(row: Measure) -> Line:
    """`CK 2761 U/L: above the upper limit (29-Oct-2026, before 2905 U/L on 16-Oct-2026)`, the value bold."""
    said = f": {row.said}" if row.said else ""
    when = display.day(row.on) + (f", {row.before}" if row.before else "")
    return strong_in(f"{row.name} {row.value}{said} ({when})", row.value, row.said)


def _limit_words(row: ResultShown) -> str:
    said = [flag.text for flag in row.flags] or ([_("above the upper limit")] if row.above_limit else [])
    return "; ".join(said)


def due_words(due: DueFinding, as_of: date) -> str:
    """`overdue by 12 days, 05-Apr-2026`."""
    words = display.due_words(
        due.status,
        due.due_on,
        due.days_overdue,
        due.snoozed_until,
        as_of,
        waiting_until=due.waiting_until,
        paused_until=due.paused_until,
    )
    return f"{words}, {display.day(due.due_on)}"


def measures(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> list[Measure]:
    """The last of each measure of the disease, with the value before it; CK is read as a result is."""
    seen = sorted((row for row in record.treatment.patient.assessments if row.on <= as_of), key=lambda row: row.on)
    named = (
        (_("muscle strength (MMT)"), [(row.on, _strength(row)) for row in seen if row.mmt is not None]),
        (_("physician global"), _numbers(seen, "physician_global", "cm")),
        (_("patient global"), _numbers(seen, "patient_global", "cm")),
        (_("HAQ"), _numbers(seen, "haq", "")),
        (_("forced vital capacity"), _numbers(seen, "fvc_percent", "%")),
        (_("DLCO"), _numbers(seen, "dlco_percent", "%")),
    )
    found = [_last(name, values) for name, values in named if values]
    enzyme = _creatine_kinase(record, as_of)
    if enzyme:
        (newest,) = results_shown(enzyme[-1:], record, protocol, as_of)
        last = _last(_("CK"), [(row.sampled_on, _value(row)) for row in enzyme])
        found.append(replace(last, said=_limit_words(newest)))
    return found


def _last(name: str, values: Sequence[tuple[date, str]]) -> Measure:
    on, value = values[-1]
    earlier = [each for each in values if each[0] < on]
    found = Measure(name, value, on)
    if not earlier:
        return found
    then, before = earlier[-1]
    return replace(found, before=_("before %(value)s on %(day)s") % {"value": before, "day": display.day(then)})


def _strength(row: Assessment) -> str:
    return f"{display.number(row.mmt or Decimal(0))} of {row.mmt_maximum}"


def _numbers(seen: Iterable[Assessment], name: str, unit: str) -> list[tuple[date, str]]:
    return [(row.on, display.quantity(getattr(row, name), unit)) for row in seen if getattr(row, name) is not None]


def _creatine_kinase(record: MonitoringRecord, as_of: date) -> list[Result]:
    measured = enzymes_as_results(record.treatment.patient.assessments, as_of)
    rows = [row for row in (*record.results, *measured) if row.analyte == "ck" and row.sampled_on <= as_of]
    rows.sort(key=lambda row: (row.sampled_on, entry_order(row.id)))
    return [row for row in rows if row.value is not None]


def _value(row: Result) -> str:
    return display.result_value(row.comparator, row.value, row.unit, row.text)
