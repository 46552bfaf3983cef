"""Writes the monitoring protocol out as Markdown, for people to read and sign off. Generated, never edited."""

from collections.abc import Iterator, Sequence

from monitoring.protocol.definitions import (
    DrugMonitoring,
    EyeScreeningRule,
    FileHeader,
    MonitoringProtocol,
    OnceRule,
    Profile,
    RestartedBy,
    Rule,
)
from monitoring.protocol.descriptions import describe, limit, what, when
from monitoring.protocol.limit_words import other_alerts
from monitoring.rules.wording import amount_of_time, number, span
from patients.rules.wording import display_date as day


def render(protocol: MonitoringProtocol, others: Sequence[MonitoringProtocol] = ()) -> str:
    """The whole protocol: schedules, each drug's rules with their sources, limits, items and analytes.

    `others`: the same files under the other schedules that a clinic may choose; only what differs is written out.
    """
    return "\n".join(_lines(protocol, others)).rstrip() + "\n"


def _lines(protocol: MonitoringProtocol, others: Sequence[MonitoringProtocol]) -> Iterator[str]:
    yield "# Monitoring: what is due, and why"
    yield ""
    yield "Generated from `monitoring/protocol`. Not clinical advice: every number needs a clinical safety officer's"
    yield "signature before use on real patients."
    yield ""
    yield f"Schedule: {protocol.schedule_name} (version {protocol.version}; {_standing(protocol.header)})."
    yield "A month is 4 weeks throughout. Days after a start count from the day of the first dose."
    yield ""
    defaults = protocol.defaults
    yield (
        f"Unless an item says otherwise it is due soon from {amount_of_time(defaults.soon_days)} before its day and "
        f"overdue after {amount_of_time(defaults.grace_days)}. An item may be pulled forward to a visit by at most "
        f"{amount_of_time(defaults.pull_forward_days)}, and is never put back."
    )
    yield ""
    missed = protocol.missed_visits
    yield (
        f"More than {missed.most} booked visits missed since a test, level or observation that the drugs ask "
        f"for was last done: not safe to continue. "
        f"Source: {missed.source} ({missed.kind.label})."
    )
    yield ""
    yield "## Schedules"
    yield ""
    for profile in protocol.profiles.values():
        yield from _profile(profile)
    for other in others:
        yield from _other_schedule(other, protocol)
    yield "## Drugs"
    yield ""
    for drug in sorted(protocol.drugs.values(), key=lambda drug: drug.name):
        yield from _drug(drug, protocol)
    yield "## Drugs together"
    yield ""
    yield "| Together | What | When | Source | Kind |"
    yield "|---|---|---|---|---|"
    for pair in protocol.pairs:
        yield f"| {pair.name} | {what(pair, protocol)} | {when(pair, protocol)} | {pair.source} | {pair.kind.label} |"
    yield ""
    yield from _thresholds(protocol)
    yield from _items(protocol)
    yield from _analytes(protocol)


def _standing(header: FileHeader) -> str:
    signed = f"signed off by {header.signed_off_by}" if header.signed_off_by else "not signed off yet"
    return f"reviewed {day(header.reviewed_on)}, next review {day(header.next_review)}, {signed}"


def _profile(profile: Profile) -> Iterator[str]:
    yield f"### {profile.name[:1].upper()}{profile.name[1:]} (`{profile.id}`)"
    yield ""
    yield "| Phase | From day | To before day | Every |"
    yield "|---|---|---|---|"
    for phase in profile.phases:
        to_day = "for ever" if phase.to_day is None else str(phase.to_day)
        yield f"| {phase.name} | {phase.from_day} | {to_day} | {span(phase.interval_days)} |"
    yield ""
    if profile.restarted_by is not RestartedBy.NEVER:
        yield (
            f"{profile.restarted_by.label.capitalize()} brings the first phase back for "
            f"{amount_of_time(profile.restart_days)}."
        )
    yield " ".join(part for part in (profile.note, f"Source: {profile.source} ({profile.kind.label}).") if part)
    yield ""


def _other_schedule(other: MonitoringProtocol, usual: MonitoringProtocol) -> Iterator[str]:
    """A schedule that a clinic may choose instead: how risk changes the long-term interval, and profiles of its own."""
    yield f"### Instead: {other.schedule_name} (`{other.schedule_id}`)"
    yield ""
    yield f"Version {other.version}; {_standing(other.header)}. What is not named here is as above."
    yield ""
    if other.risk_tiers:
        yield "| Risk | Profile | Every, in its last phase | Source | Kind | Note |"
        yield "|---|---|---|---|---|---|"
        for rule in other.risk_tiers.values():
            for one in rule.intervals:
                cells = (f"`{one.profile}`", span(one.interval_days), rule.source, rule.kind.label, rule.note)
                yield f"| {rule.tier.label} | {' | '.join(cells)} |"
        yield ""
        yield (
            f"A risk assessment counts for {amount_of_time(other.assessment_holds_days or 0)}. After that, and without "
            "one, the patient is looked at as at standard risk, and the reason says so."
        )
        yield ""
    for profile in other.profiles.values():
        if profile != usual.profiles.get(profile.id):
            yield from _profile(profile)


def _drug(drug: DrugMonitoring, protocol: MonitoringProtocol) -> Iterator[str]:
    yield f"### {drug.name} (`{drug.id}`)"
    yield ""
    yield f"Version {drug.version}; {_standing(drug)}."
    yield ""
    if drug.nothing_needed:
        yield drug.nothing_needed
        yield ""
        return
    yield "| Rule | What | When | Source | Kind | Note |"
    yield "|---|---|---|---|---|---|"
    for rule in describe(drug):
        row = (f"`{rule.id}`", what(rule, protocol), when(rule, protocol), rule.source, rule.kind.label, _note(rule))
        yield f"| {' | '.join(row)} |"
    yield ""
    if drug.start_threshold:
        limits = "; ".join(f"{protocol.analytes[one.analyte].name} {limit(one)}" for one in drug.start_threshold)
        yield f"Not begun with: {limits}."
        yield ""
    if drug.after_stop:
        yield f"After the stop: {drug.after_stop}"
        yield ""
    if drug.limits_after_stop_days is not None:
        yield f"Its own limits hold for {amount_of_time(drug.limits_after_stop_days)} after the stop."
        yield ""


def _note(rule: Rule) -> str:
    parts = [rule.note]
    if isinstance(rule, OnceRule) and rule.group:
        parts.append("Only for the patients it applies to.")
    if isinstance(rule, EyeScreeningRule):
        parts.append("A risk that is not known counts as present.")
    return " ".join(part for part in parts if part)


def _thresholds(protocol: MonitoringProtocol) -> Iterator[str]:
    yield "## Results that ask for action"
    yield ""
    yield "A value on a limit that says above or below is no alert."
    yield ""
    yield "| Rule | Result | Limit | For | Grade | Action | Source | Kind | Note |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for bands in protocol.thresholds.values():
        for one in bands:
            name = protocol.analytes[one.analyte].name
            drugs = ", ".join(protocol.drugs[drug].name for drug in one.drugs) or "every drug"
            asks = (limit(one), drugs, one.grade.label, one.action)
            yield f"| {' | '.join((f'`{one.id}`', name, *asks, one.source, one.kind.label, one.note))} |"
    yield ""
    yield "What cannot be told counts one grade lower, and is never passed over."
    yield ""
    yield "| Rule | Also raised | Grade | Action | Source | Kind | Note |"
    yield "|---|---|---|---|---|---|---|"
    for words in other_alerts(protocol):
        yield f"| {' | '.join(words)} |"
    yield ""
    muscle = protocol.muscle
    names = " and ".join(protocol.analytes[analyte].name for analyte in muscle.analytes)
    yield (
        f"{names} also come from muscle: each alert is shown with the CK within {amount_of_time(muscle.within_days)}, "
        f"and is never hidden. Source: {muscle.source}."
    )
    yield ""


def _items(protocol: MonitoringProtocol) -> Iterator[str]:
    yield "## Items"
    yield ""
    yield "| Item | Kind | Done by | Note |"
    yield "|---|---|---|---|"
    for item in protocol.items.values():
        names = [" + ".join(protocol.analytes[analyte].name for analyte in found) for found in item.satisfied_by]
        otherwise = "a risk assessment" if item.by_risk_assessment else "a cycle"
        yield f"| {item.name} (`{item.id}`) | {item.kind.label} | {' or '.join(names) or otherwise} | {item.note} |"
    yield ""


def _analytes(protocol: MonitoringProtocol) -> Iterator[str]:
    yield "## Analytes"
    yield ""
    yield "| Analyte | Units | LOINC | SNOMED CT (UK) | Possible | Note |"
    yield "|---|---|---|---|---|---|"
    for one in protocol.analytes.values():
        units = ", ".join((*one.units, *(conversion.unit for conversion in one.conversions))) or "words"
        codes = f"{', '.join(one.loinc)} | {', '.join(one.snomed)}"
        possible = " to ".join("-" if bound is None else number(bound) for bound in (one.lowest, one.highest))
        possible = "" if one.lowest is None and one.highest is None else possible
        possible += f", never above {protocol.analytes[one.part_of].name}" if one.part_of else ""
        yield f"| {one.name} (`{one.id}`) | {units} | {codes} | {possible} | {one.note} |"
