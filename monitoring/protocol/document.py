"""Writes the monitoring protocol out as Markdown, for people to read and sign off. Generated, never edited."""

from collections.abc import Iterator

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
from monitoring.rules.wording import amount_of_time, number, span
from patients.rules.wording import display_date as day


def render(protocol: MonitoringProtocol) -> str:
    """The whole protocol: schedules, each drug's rules with their sources, limits, items and analytes."""
    return "\n".join(_lines(protocol)).rstrip() + "\n"


def _lines(protocol: MonitoringProtocol) -> Iterator[str]:
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
    yield "## Schedules"
    yield ""
    for profile in protocol.profiles.values():
        yield from _profile(profile)
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
    if drug.after_stop:
        yield f"After the stop: {drug.after_stop}"
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
    yield "| Rule | Result | Limit | For | Action | Source | Kind |"
    yield "|---|---|---|---|---|---|---|"
    for bands in protocol.thresholds.values():
        for one in bands:
            name = protocol.analytes[one.analyte].name
            drugs = ", ".join(protocol.drugs[drug].name for drug in one.drugs) or "every drug"
            yield f"| `{one.id}` | {name} | {limit(one)} | {drugs} | {one.action} | {one.source} | {one.kind.label} |"
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
        yield f"| {item.name} (`{item.id}`) | {item.kind.label} | {' or '.join(names) or 'a cycle'} | {item.note} |"
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
        yield f"| {one.name} (`{one.id}`) | {units} | {codes} | {possible} | {one.note} |"
