"""What narrows the cohort, and how it is written in an address. Vocabulary words, ids and days only: never a name."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from patients.addresses import sound_values
from patients.models import Clinic
from patients.rules.antibodies import plain_name
from patients.rules.vocabulary import ConditionKind, Subtype, Vocabulary
from regimens.protocol.cohort import load_cohort
from regimens.protocol.load import load as load_pathway
from regimens.rules.durations import Ending
from regimens.rules.findings import Phase, SeverityGroup
from regimens.rules.vocabulary import StopReason
from tracker.caseload.members import NONE_POSITIVE, NOT_RECORDED, OTHER, Member

LINES = ("0", "1", "2", "3")
AGE_NOT_RECORDED = "not_recorded"


class Flag(Vocabulary):
    """Something to look out for; of several, all must hold."""

    OVERDUE = "overdue", "something overdue"
    ALERT = "alert", "an alert open"
    QUESTION = "question", "a question open"
    SEVERE = "severe", "severe disease"
    SEVERITY_UNKNOWN = "severity_unknown", "severity not yet assessed"
    STEROID_ABOVE = "steroid_above", "corticosteroid above the target dose"
    STEROID_UNKNOWN = "steroid_unknown", "corticosteroid dose not known"


class Grouping(Vocabulary):
    """By what the curves and the responses are told apart."""

    DRUG = "drug", "drug"
    LINE = "line", "line"
    SUBTYPE = "subtype", "subtype"


class DrugEnd(Vocabulary):
    """What counts as the end of a drug; every other stop is then censored."""

    ANY = "any", "any stop that counts"
    INEFFECTIVE = "ineffective", "stopped as ineffective"
    INTOLERANT = "intolerant", "stopped as not tolerated"


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortFilters:
    """What narrows the people counted; empty means any. `by` and `ends` are for the pages of curves and responses."""

    clinic: int | None = None
    subtype: str = ""
    antibody: str = ""
    line: str = ""
    phase: str = ""
    drug_now: str = ""
    drug_ever: str = ""
    condition: str = ""
    age: str = ""
    flags: tuple[str, ...] = ()
    by: str = Grouping.DRUG.value
    ends: str = DrugEnd.ANY.value

    @property
    def narrowed(self) -> bool:
        """Whether fewer people are counted than there are."""
        return replace(self, by=_DEFAULTS.by, ends=_DEFAULTS.ends) != _DEFAULTS

    def holds(self, member: Member, alerts: frozenset[int]) -> bool:
        """Whether one patient is counted. `alerts` are the patients with an alert open on the day."""
        exact = (
            (self.clinic, member.clinic_id),
            (self.subtype, member.subtype),
            (self.line, str(member.line)),
            (self.phase, member.phase if member.in_scope else ""),
            (self.age, age_band(member.age)),
        )
        among = (
            (self.antibody, member.antibodies),
            (self.drug_now, member.drugs_now),
            (self.drug_ever, member.drugs_ever),
            (self.condition, member.conditions),
        )
        return (
            all(not wanted or wanted == found for wanted, found in exact)
            and all(not wanted or wanted in found for wanted, found in among)
            and all(has_flag(Flag(flag), member, alerts) for flag in self.flags)
        )


_DEFAULTS = CohortFilters()


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """One filter as a form shows it: its name in the address, its words, and what it may be."""

    name: str
    label: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> str:
        return next((choice.label for choice in self.choices if choice.chosen), "")


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is set, in words, and the address without it."""

    words: str
    query: str


@dataclass(frozen=True, slots=True)
class AskedCohort:
    """An address read: the filters, the day, what in it means nothing here, and the clinics it is about."""

    filters: CohortFilters
    as_of: date
    today: date
    clinics: tuple[Clinic, ...]
    ignored: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The filters and the day as they stand in an address; the day of today is left out."""
        return self.query_of(self.filters)

    def query_of(self, filters: CohortFilters) -> str:
        """These filters on the same day."""
        pairs: list[tuple[str, str]] = []
        for field in fields(CohortFilters):
            value = getattr(filters, field.name)
            if value != getattr(_DEFAULTS, field.name):
                pairs += [("flag", flag) for flag in value] if field.name == "flags" else [(field.name, str(value))]
        if self.as_of != self.today:
            pairs.append(("as_of", self.as_of.isoformat()))
        return urlencode(pairs)

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """What a form of the filters carries along beside them."""
        kept = (("by", self.filters.by), ("ends", self.filters.ends))
        return tuple((name, value) for name, value in kept if value != getattr(_DEFAULTS, name))


def filters_of(
    query: QueryDict, clinics: tuple[Clinic, ...], beside: frozenset[str]
) -> tuple[CohortFilters, list[str]]:
    """The filters in an address, and what in it is not known here; `beside` are names that are no filters."""
    known = {offered.name: {choice.value for choice in offered.choices} for offered in _closed(clinics, _DEFAULTS)}
    known |= {"by": set(Grouping), "ends": set(DrugEnd)}
    said, ignored = sound_values(query, known, beside | {"flag"})
    flags = [value.strip() for value in query.getlist("flag") if value.strip()]
    ignored += [f"flag “{value[:60]}”" for value in flags if value not in set(Flag)]
    clinic = int(said.pop("clinic")) if "clinic" in said else None
    kept = tuple(flag.value for flag in Flag if flag.value in flags)
    return CohortFilters(clinic=clinic, flags=kept, **said), ignored


def offered(asked: AskedCohort) -> list[Offered]:
    """Each filter with its choices. That of the clinic only for whoever belongs to several."""
    return [one for one in _closed(asked.clinics, asked.filters) if one.name != "clinic" or len(asked.clinics) > 1]


def flags_offered(asked: AskedCohort) -> list[Choice]:
    return [Choice(flag.value, flag.label, flag.value in asked.filters.flags) for flag in Flag]


def chips(asked: AskedCohort) -> list[Chip]:
    """Each filter that is set, and how to take it away."""
    found = []
    for one in _closed(asked.clinics, asked.filters):
        if one.chosen:
            without = replace(asked.filters, **{one.name: getattr(_DEFAULTS, one.name)})
            found.append(Chip(f"{one.label}: {one.chosen}", asked.query_of(without)))
    for flag in asked.filters.flags:
        rest = tuple(other for other in asked.filters.flags if other != flag)
        found.append(Chip(Flag(flag).label, asked.query_of(replace(asked.filters, flags=rest))))
    return found


def age_band(age: int | None) -> str:
    """The band that an age in completed years lies in, by the year at which it begins."""
    if age is None:
        return AGE_NOT_RECORDED
    return str(max((first for first in load_cohort().settings.age_bands_from if first <= age), default=0))


def age_band_words(band: str) -> str:
    """`18 to 39 years`, `65 years and over`, `under 18 years`."""
    if band == AGE_NOT_RECORDED:
        return _("age not recorded")
    firsts = load_cohort().settings.age_bands_from
    first = int(band)
    following = next((one for one in firsts if one > first), None)
    if following is None:
        return _("%(age)d years and over") % {"age": first}
    if first == 0:
        return _("under %(age)d years") % {"age": following}
    return _("%(first)d to %(last)d years") % {"first": first, "last": following - 1}


def antibody_choices() -> Iterator[tuple[str, str]]:
    """The antibodies of the closed list by their key, then what is none of them."""
    yield from ((plain_name(name), name) for name in load_cohort().antibody_names)
    yield OTHER, _("another antibody")
    yield NONE_POSITIVE, _("looked for, none positive")
    yield NOT_RECORDED, _("none recorded")


def drug_choices() -> Iterator[tuple[str, str]]:
    """The drugs of the catalogue, by name, then whatever lies outside it."""
    yield from sorted(((drug.id, drug.name) for drug in load_pathway().drugs.values()), key=lambda pair: pair[1])
    yield OTHER, _("a drug outside the catalogue")


def line_choices() -> Iterator[tuple[str, str]]:
    for line in LINES:
        yield line, _("line %(line)s") % {"line": line} if line != "0" else _("none yet")


def _closed(clinics: tuple[Clinic, ...], chosen: CohortFilters) -> Iterator[Offered]:
    """Every filter with all that it may be: what an address says beyond this means nothing."""
    bands = [*map(str, load_cohort().settings.age_bands_from), AGE_NOT_RECORDED]
    lists: tuple[tuple[str, str, list[tuple[str, str]]], ...] = (
        ("clinic", _("Clinic"), [(str(clinic.pk), clinic.name) for clinic in clinics]),
        ("subtype", _("Subtype"), Subtype.choices()),
        ("antibody", _("Antibody"), list(antibody_choices())),
        ("line", _("Line reached"), list(line_choices())),
        ("phase", _("Phase"), Phase.choices()),
        ("drug_now", _("Drug taken now"), list(drug_choices())),
        ("drug_ever", _("Drug ever taken"), list(drug_choices())),
        ("condition", _("Condition"), ConditionKind.choices()),
        ("age", _("Age"), [(band, age_band_words(band)) for band in bands]),
    )
    for name, label, pairs in lists:
        value = str(getattr(chosen, name) or "")
        yield Offered(name, label, tuple(Choice(key, words, key == value) for key, words in pairs))


def has_flag(flag: Flag, member: Member, alerts: frozenset[int]) -> bool:
    """Whether it holds of somebody. `alerts` are the patients with an alert open on the day."""
    return {
        Flag.OVERDUE: bool(member.late),
        Flag.ALERT: member.patient_id in alerts,
        Flag.QUESTION: member.open_questions > 0,
        Flag.SEVERE: member.is_severe,
        Flag.SEVERITY_UNKNOWN: member.severity == SeverityGroup.NOT_ASSESSED,
        Flag.STEROID_ABOVE: member.steroid == "above",
        Flag.STEROID_UNKNOWN: member.steroid == "unknown",
    }[flag]


def ending_words(ending: Ending, reason: StopReason | None) -> str:
    """How the watching of a drug or a line ended, in words."""
    return reason.label if reason is not None else ending.label
