"""The protocol in force as its page shows it: every entry with its id, its sentence and what it rests on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

from monitoring.protocol.definitions import MonitoringProtocol, Profile, Threshold
from monitoring.protocol.descriptions import describe, limit, what, when
from monitoring.protocol.limit_words import (
    made_due_in_words,
    raising_in_words,
    symptoms_in_words,
    target_range_in_words,
    trend_in_words,
)
from monitoring.rules.wording import span
from patients.protocol.changes import in_words
from patients.rules.reasons import RuleKind
from patients.rules.wording import joined
from regimens.protocol.in_words import settings_in_words, stop_in_words, target_in_words, upper_in_words, when_said
from regimens.protocol.schema import DoseStop, Drug, PathwayProtocol, Reading, Rung, TargetDose, UsualUpper
from tracker.protocols import ProtocolFile, WholeProtocol

# Keys that the page shows in a place of their own.
_OWN_PLACE = {"id", "text", "source", "kind", "note", "readings", "name"}
_FOR_THE_GUARD_ONLY = "usual_uppers"
# The section's files, by how their names begin.
_FILES = {
    "lines": ("regimens/pathway",),
    "rules": ("regimens/pathway",),
    "conditions": ("regimens/pathway",),
    "guard": ("regimens/pathway", "regimens/drugs"),
    "doses": ("regimens/drugs",),
    "activity": ("patients/",),
    "schedules": ("monitoring/schedule_",),
    "monitoring": ("monitoring/",),
    "thresholds": ("monitoring/",),
    "cohort": ("regimens/cohort",),
}
_LABELS = {
    _FOR_THE_GUARD_ONLY: "highest dose in use, for the dose guard only and no recommendation",
    "dose_stop": "needs a reason before it is saved",
    "target": "target dose of an adequate trial",
    "trial": "length of an adequate trial",
    "guard": "numbers of the dose guard",
    "scales": "scale",
    "enzymes": "range of an enzyme",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule, dose, interval or threshold. `details` are further lines; `readings` are numbers of readings."""

    id: str
    text: str
    source: str
    kind: RuleKind
    details: tuple[str, ...] = ()
    readings: tuple[int, ...] = ()
    note: str = ""

    @property
    def anchor(self) -> str:
        return f"rule-{self.id}"


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under one heading. `anchor` is its place on the page, `reviews` the next reviews of its files."""

    anchor: str
    title: str
    entries: tuple[Entry, ...]
    reviews: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class FileShown:
    file: ProtocolFile
    review_is_late: bool


@dataclass(frozen=True, slots=True)
class KindTab:
    """One choice of the filter, with how many entries it holds. `value` "" stands for every kind."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class ProtocolPage:
    folder_named: bool
    files: tuple[FileShown, ...]
    tabs: tuple[KindTab, ...]
    sections: tuple[Section, ...]
    settings: tuple[tuple[str, str], ...]
    readings: tuple[Reading, ...]

    @property
    def not_signed_off(self) -> int:
        return sum(1 for shown in self.files if not shown.file.signed_off_by)

    @property
    def late(self) -> tuple[str, ...]:
        return tuple(shown.file.name for shown in self.files if shown.review_is_late)


def present(protocol: WholeProtocol, today: date, kind: RuleKind | None = None) -> ProtocolPage:
    """The page; with a kind, only the entries of that kind, and neither settings nor readings, which have none."""
    every = sections(protocol)
    shown = every if kind is None else tuple(filter(None, (_of_kind(section, kind) for section in every)))
    return ProtocolPage(
        folder_named=protocol.folder is not None,
        files=tuple(FileShown(file, file.review_is_late(today)) for file in protocol.files),
        tabs=_tabs(every, kind),
        sections=shown,
        settings=() if kind else tuple(settings_in_words(protocol.pathway)),
        readings=() if kind else protocol.pathway.file.readings,
    )


@lru_cache(maxsize=4)
def sections(protocol: WholeProtocol) -> tuple[Section, ...]:
    """Every entry of the protocol under its heading."""
    pathway, monitoring, file = protocol.pathway, protocol.monitoring, protocol.pathway.file
    found = (
        Section("lines", "Pathway: lines and steps", tuple(_rung(rung, pathway) for rung in file.rungs)),
        Section("rules", "Pathway: rules", tuple(_sentence(rule) for rule in file.rules)),
        Section("conditions", "Pathway: conditions and autoantibodies", tuple(_conditions(pathway))),
        Section("guard", "Pathway: dose guard", tuple(_others(file, pathway))),
        Section("doses", "Drugs and doses", tuple(_doses(pathway))),
        Section("activity", "Activity measures and response", tuple(_plain(protocol.activity.file, pathway))),
        Section("schedules", "Monitoring: schedules", tuple(map(_profile, monitoring.profiles.values()))),
        Section("monitoring", "Monitoring: what each drug asks for", tuple(_monitoring(monitoring))),
        Section("thresholds", "Monitoring: results that ask for action", tuple(_thresholds(monitoring))),
        Section("cohort", "Cohort: how groups are counted", tuple(_sentence(rule) for rule in protocol.cohort.rules)),
    )
    return tuple(replace(section, reviews=_reviews(section, protocol)) for section in found if section.entries)


@lru_cache(maxsize=4)
def rule_ids(protocol: WholeProtocol) -> frozenset[str]:
    """The ids that have a place on the page."""
    return frozenset(entry.id for section in sections(protocol) for entry in section.entries)


def _reviews(section: Section, protocol: WholeProtocol) -> tuple[date, ...]:
    """The days of the next reviews of the files that the section is read from, each once, the nearest first."""
    beginnings = _FILES[section.anchor]
    return tuple(sorted({file.next_review for file in protocol.files if file.name.startswith(beginnings)}))


def _of_kind(section: Section, kind: RuleKind) -> Section | None:
    entries = tuple(entry for entry in section.entries if entry.kind is kind)
    return replace(section, entries=entries) if entries else None


def _tabs(every: tuple[Section, ...], chosen: RuleKind | None) -> tuple[KindTab, ...]:
    kinds = [entry.kind for section in every for entry in section.entries]
    whole = KindTab("", "Every kind", len(kinds), chosen is None)
    return (whole, *(KindTab(kind.value, kind.label, kinds.count(kind), kind is chosen) for kind in RuleKind))


# The pathway


def _rung(rung: Rung, protocol: PathwayProtocol) -> Entry:
    options = []
    for option in rung.options:
        names = " + ".join(protocol.drugs[drug].name for drug in option.drugs)
        options.append(f"{names}: {option.tier.label}{f'. {option.note}' if option.note else ''}")
    text = f"{rung.title}: {rung.trigger}"
    return Entry(f"rung.{rung.id}", text, rung.source, rung.kind, tuple(options), note=rung.note)


def _sentence(rule: Any, details: Iterable[str] = ()) -> Entry:
    return Entry(
        rule.id,
        rule.text,
        rule.source,
        rule.kind,
        tuple(details),
        getattr(rule, "readings", ()),
        getattr(rule, "note", ""),
    )


def _conditions(protocol: PathwayProtocol) -> Iterator[Entry]:
    for remark in protocol.file.remarks:
        names = joined(tuple(protocol.drugs[drug].name for drug in remark.drugs), "and")
        yield _sentence(remark, (f"{remark.annotation.label}: {names}", f"When: {when_said(remark)}"))
    for banner in protocol.file.banners:
        yield _sentence(banner, (f"When: {joined(tuple(kind.label for kind in banner.conditions))}",))


def _others(file: Any, protocol: PathwayProtocol) -> Iterator[Entry]:
    """Entries of the pathway file outside the lists above, the drug classes, and what only the dose guard reads."""
    shown = {"rungs", "rules", "remarks", "banners"}
    for field in fields(file):
        if field.name not in shown:
            yield from _entries(field.name, getattr(file, field.name), protocol)
    yield from _entries("classes", protocol.catalogue.classes, protocol)
    for drug in protocol.catalogue.drugs:
        yield from _of_drug(drug, _FOR_THE_GUARD_ONLY, protocol)


def _doses(protocol: PathwayProtocol) -> Iterator[Entry]:
    for drug in sorted(protocol.catalogue.drugs, key=lambda drug: drug.name.casefold()):
        for field in fields(drug):
            if field.name != _FOR_THE_GUARD_ONLY:
                yield from _of_drug(drug, field.name, protocol)


def _of_drug(drug: Drug, key: str, protocol: PathwayProtocol) -> Iterator[Entry]:
    for entry in _entries(key, getattr(drug, key), protocol):
        yield replace(entry, text=f"{drug.name}: {entry.text}")


def _plain(file: Any, protocol: PathwayProtocol) -> Iterator[Entry]:
    for field in fields(file):
        yield from _entries(field.name, getattr(file, field.name), protocol)


def _entries(key: str, value: object, protocol: PathwayProtocol) -> Iterator[Entry]:
    """What in the key's value is an entry: it has an id, a source and a kind. Without a sentence its keys make one."""
    found: tuple[Any, ...] = value if isinstance(value, tuple) else (value,)
    for one in found:
        if not all(hasattr(one, name) for name in ("id", "source", "kind")):
            continue
        details = _dose_details(one) or _details(one, protocol)
        text = getattr(one, "text", "") or getattr(one, "name", "")
        if not text:
            text, details = f"{_LABELS.get(key, key.replace('_', ' '))}: {'; '.join(details)}", ()
        yield Entry(one.id, text, one.source, one.kind, details, getattr(one, "readings", ()), getattr(one, "note", ""))


def _dose_details(one: object) -> tuple[str, ...]:
    """A dose as it is said everywhere, where its keys alone would be a riddle."""
    if isinstance(one, TargetDose):
        return (target_in_words(one),)
    if isinstance(one, DoseStop):
        return (stop_in_words(one),)
    return (upper_in_words(one),) if isinstance(one, UsualUpper) else ()


def _details(one: Any, protocol: PathwayProtocol) -> tuple[str, ...]:
    """The entry's further keys, one a line; drugs and rungs by their names."""
    found = []
    for field in fields(one):
        value = getattr(one, field.name)
        if field.name in _OWN_PLACE or value is None or value == "" or value == () or value is False:
            continue
        if field.name == "drugs":
            value = tuple(protocol.drugs[drug].name for drug in value)
        if field.name == "rungs":
            value = tuple(protocol.rungs[rung].title for rung in value)
        found.append(f"{field.name.replace('_', ' ')}: {in_words(value)}")
    return tuple(found)


# Monitoring


def _profile(profile: Profile) -> Entry:
    phases = []
    for phase in profile.phases:
        until = "on, for ever" if phase.to_day is None else f"to before day {phase.to_day}"
        phases.append(f"Phase {phase.name}: from day {phase.from_day} {until}, every {span(phase.interval_days)}")
    if profile.restart_days:
        phases.append(
            f"{profile.restarted_by.label.capitalize()} brings the first phase back for {span(profile.restart_days)}"
        )
    return Entry(profile.id, profile.name, profile.source, profile.kind, tuple(phases), note=profile.note)


def _monitoring(protocol: MonitoringProtocol) -> Iterator[Entry]:
    """Every rule once, with the drugs that it holds for: shared rules stand in several drug files."""
    rules: dict[str, Any] = {}
    drugs: dict[str, list[str]] = {}
    for drug in sorted(protocol.drugs.values(), key=lambda drug: drug.name.casefold()):
        for rule in describe(drug):
            rules[rule.id] = rule
            drugs.setdefault(rule.id, []).append(drug.name)
    for pair in protocol.pairs:
        rules[pair.id] = pair
        drugs[pair.id] = [pair.name]
    for identity, rule in rules.items():
        names = joined(tuple(drugs[identity]), "and")
        text = f"{names}: {what(rule, protocol)}"
        yield Entry(identity, text, rule.source, rule.kind, (f"When: {when(rule, protocol)}",), note=rule.note)


def _thresholds(protocol: MonitoringProtocol) -> Iterator[Entry]:
    for one in (band for bands in protocol.thresholds.values() for band in bands):
        yield _threshold(one, protocol)
    for trend in (trend for trends in protocol.trends.values() for trend in trends):
        details = (trend.action, f"Grade: {trend.grade.label}")
        yield Entry(trend.id, trend_in_words(trend, protocol), trend.source, trend.kind, details, note=trend.note)
    target, raising = protocol.target_range, protocol.raising
    sides = (
        f"Above it ({target.grade_above.label}): {target.action_above}",
        f"Below it ({target.grade_below.label}): {target.action_below}",
    )
    yield Entry(target.id, target_range_in_words(), target.source, target.kind, sides, note=target.note)
    for rule in protocol.symptoms:
        said = (rule.action, made_due_in_words(rule, protocol), f"Grade: {rule.grade.label}")
        told = tuple(text for text in said if text)
        yield Entry(rule.id, symptoms_in_words(rule, protocol), rule.source, rule.kind, told, note=rule.note)
    yield Entry(raising.id, raising_in_words(raising), raising.source, raising.kind, note=raising.note)


def _threshold(one: Threshold, protocol: MonitoringProtocol) -> Entry:
    drugs = joined(tuple(protocol.drugs[drug].name for drug in one.drugs), "and") or "every drug"
    text = f"{protocol.analytes[one.analyte].name} {limit(one)}"
    details = (one.action, f"For: {drugs}", f"Grade: {one.grade.label}")
    return Entry(one.id, text, one.source, one.kind, details, note=one.note)
