"""How clinical facts are written on a page: dates, doses, people. The words come from `tracker.display`."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from monitoring.rules.findings import DueFinding
from monitoring.rules.record import Result
from patients.models import Patient
from patients.rules.reasons import Truth
from patients.rules.record import Enzyme
from patients.rules.vocabulary import DatePrecision, PatientStatus
from patients.rules.wording import MONTHS
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import OutcomeKind
from tracker import display
from tracker.presenters.guard_lines import GuardLine, guard_lines
from tracker.presenters.protocol import rule_ids
from tracker.protocols import protocol_in_force

register = template.Library()

_DAY_OR_TIME = re.compile(r"(\b\d\d-[A-Z][a-z]{2}-\d{4}\b|\b\d\d:\d\d\b)")
_TRUTH_SIGNS = {Truth.TRUE: "✓", Truth.FALSE: "✗", Truth.UNKNOWN: "?"}
_TRUTH_WORDS = {Truth.TRUE: "holds", Truth.FALSE: "does not hold", Truth.UNKNOWN: "not known"}
_OUTCOME_TAGS = {
    OutcomeKind.RESPONDED: "good",
    OutcomeKind.REMISSION: "good",
    OutcomeKind.COMPLETED: "good",
    OutcomeKind.PARTIAL_RESPONSE: "info",
    OutcomeKind.INEFFECTIVE: "failed",
    OutcomeKind.STEROID_DEPENDENT: "failed",
    OutcomeKind.INTOLERANT: "failed",
    OutcomeKind.CONTRAINDICATED: "caution",
    OutcomeKind.DECLINED: "caution",
}


# The month's word follows the language of the page; day and year stand as they are (ADR 0047).
_MONTHS = (
    pgettext_lazy("month in a date", "Jan"), pgettext_lazy("month in a date", "Feb"),
    pgettext_lazy("month in a date", "Mar"), pgettext_lazy("month in a date", "Apr"),
    pgettext_lazy("month in a date", "May"), pgettext_lazy("month in a date", "Jun"),
    pgettext_lazy("month in a date", "Jul"), pgettext_lazy("month in a date", "Aug"),
    pgettext_lazy("month in a date", "Sep"), pgettext_lazy("month in a date", "Oct"),
    pgettext_lazy("month in a date", "Nov"), pgettext_lazy("month in a date", "Dec"),
)  # fmt: skip


def _in_words(value: date, precision: str) -> str:
    written, own = display.day(value, precision), MONTHS[value.month - 1]
    return written.replace(f"{own}-", f"{_MONTHS[value.month - 1]}-")


def _unknown(text: str) -> SafeString:
    return format_html('<span class="unknown">{}</span>', text)


@register.filter
def clinical_date(value: date | None, precision: str = DatePrecision.DAY) -> SafeString:
    """`{{ course.start_on|clinical_date:course.start_precision }}` as 05-Apr-2026, machine-readable as well."""
    if value is None:
        return _unknown(display.NOT_RECORDED)
    return format_html('<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), _in_words(value, precision))


@register.filter
def plain_date(value: date | None, precision: str = DatePrecision.DAY) -> str:
    """The same date as plain text, for attributes and sentences."""
    return display.NOT_RECORDED if value is None else _in_words(value, precision)


@register.filter
def unbroken(text: str) -> SafeString:
    """A sentence whose days and times are never broken over two lines: `12-Nov-2026 at 14:05`."""
    parts = _DAY_OR_TIME.split(text)
    held = format_html_join("", '{}<span class="nowrap">{}</span>', zip(parts[::2], parts[1::2], strict=False))
    return format_html("{}{}", held, parts[-1])


@register.filter
def month_and_year(value: date) -> str:
    """`Apr-2026`."""
    return display.month(value)


@register.filter
def clinical_dose(value: DosePeriod | None) -> SafeString:
    """A dose period: the amount bold and unbreakable, then how often."""
    if value is None:
        return _unknown("dose not recorded")
    if value.amount is None:
        return format_html("{}, {}", _unknown("dose not recorded"), display.dose_frequency(value))
    joint = "" if display.dose(value).startswith(f"{display.dose_amount(value)} ") else ","
    template_text = '<strong class="dose">{}</strong>{} {}'
    return format_html(template_text, display.dose_amount(value), joint, display.dose_frequency(value))


@register.filter
def quantity(value: Decimal | int | None, unit: str = "") -> SafeString:
    """A number with its unit, or `not recorded`."""
    if value is None:
        return _unknown(display.NOT_RECORDED)
    return format_html('<span class="nowrap">{}</span>', display.quantity(value, unit))


@register.filter
def as_lines(findings: Iterable[GuardFinding]) -> list[GuardLine]:
    """`{% for line in guard|as_lines %}`: the messages of one series under the newest of them."""
    return guard_lines(findings)


@register.filter
def or_not_recorded(value: object) -> object:
    """The value, or the words `not recorded` for an empty one. Zero is a value."""
    return _unknown(display.NOT_RECORDED) if value is None or value == "" or value == () else value


@register.filter
def nhs_number(digits: str) -> str:
    """`999 123 4567`."""
    return display.nhs_number(digits)


@register.filter
def sorted_name(patient: Patient) -> str:
    """`SURNAME, First`."""
    return display.sorted_name(patient.family_name, patient.given_names)


@register.filter
def age_on(patient: Patient, on: date) -> str:
    """The age on a day; of somebody who has died, the age at death."""
    died = patient.status == PatientStatus.DECEASED and patient.status_on is not None and patient.status_on <= on
    last_day = patient.status_on if died and patient.status_on else on
    text = display.age(patient.born, last_day, patient.born_precision)
    return f"died aged {text}" if died and patient.born else text


@register.filter
def banner_text(patient: Patient, on: date) -> str:
    """`SURNAME, First (57 years, female, born 05-Apr-1968, NHS no. 999 123 4567)`."""
    facts = (
        age_on(patient, on),
        patient.get_sex_display(),
        f"born {display.day(patient.born, patient.born_precision)}",
        f"NHS no. {display.nhs_number(patient.nhs_number)}",
    )
    return f"{sorted_name(patient)} ({', '.join(facts)})"


@register.filter
def due_words(item: DueFinding, as_of: date) -> str:
    """`overdue by 12 days`, `due today`, `due in 5 days`, `put off until 05-Apr-2026, due in 2 days`."""
    return display.due_words(
        item.status,
        item.due_on,
        item.days_overdue,
        item.snoozed_until,
        as_of,
        waiting_until=item.waiting_until,
        paused_until=item.paused_until,
    )


@register.filter
def said_of(message: object, label: object) -> str:
    """`Weight in kg: Enter a number.`; a message that begins with the name of its field stands alone."""
    text, name = str(message), str(label)
    return text if text.casefold().startswith(name.casefold()) else f"{name}: {text}"


@register.filter
def number(value: Decimal | int) -> str:
    """A number without trailing zeros."""
    return display.number(value)


@register.filter
def count(value: int) -> str:
    """How many of something, as the language writes it: `12,265`. Never for an id or a clinical value."""
    return formats.number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def result_words(result: Result) -> str:
    """`<5 U/L`, `1250 U/L`, or the finding in words."""
    return display.result_value(result.comparator, result.value, result.unit, result.text)


@register.filter
def enzyme_words(enzyme: Enzyme) -> str:
    """`CK 4200 U/L (upper limit 200)`; above its limit it says so."""
    words = f"{enzyme.name.value.upper() if len(enzyme.name.value) < 4 else enzyme.name.label}{display.NO_BREAK}"
    words += display.quantity(enzyme.value, enzyme.unit)
    if enzyme.upper_limit is None:
        return words
    above = ", above" if enzyme.value > enzyme.upper_limit else ""
    return f"{words} (upper limit {display.number(enzyme.upper_limit)}{above})"


@register.filter
def outcome_label(kind: str) -> str:
    """The words of an outcome from its stored value."""
    return OutcomeKind(kind).label


@register.filter
def outcome_tag(kind: str) -> str:
    """The look of an outcome's tag; its words say what it means."""
    return _OUTCOME_TAGS.get(OutcomeKind(kind), "plain")


@register.simple_tag
def rule_link(rule_id: str) -> SafeString:
    """The rule's id, leading to the rule on the page of the protocol in force where it has a place there."""
    code = format_html("<code>{}</code>", rule_id)
    if rule_id not in rule_ids(protocol_in_force()):
        return code
    return format_html('<a href="{}#rule-{}">{}</a>', reverse("protocol"), rule_id, code)


@register.filter
def truth_sign(truth: Truth) -> SafeString:
    """✓, ✗ or ? for the eye and the words for everyone."""
    return format_html(
        '<span class="truth truth--{}" aria-hidden="true">{}</span><span class="visually-hidden">{}: </span>',
        truth.value,
        _TRUTH_SIGNS[truth],
        _TRUTH_WORDS[truth],
    )


@register.filter
def truth_word(truth: Truth) -> str:
    """`holds`, `does not hold` or `not known`."""
    return _TRUTH_WORDS[truth]


@register.filter
def subject_address(subject: str) -> str:
    """What a question is about, as part of an address."""
    return display.subject_address(subject)
