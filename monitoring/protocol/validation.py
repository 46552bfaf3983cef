"""What a monitoring protocol must satisfy beyond its keys: names that exist, phases without gaps, bands apart."""

from collections.abc import Iterable, Mapping

from monitoring.protocol.definitions import (
    RULE_LISTS,
    DrugMonitoring,
    FileHeader,
    MonitoringProtocol,
    OnceRule,
    Profile,
    RestartedBy,
)
from monitoring.protocol.limits import check_limits
from monitoring.protocol.limits import known as _known
from monitoring.rules.findings import ItemKind
from patients.protocol.tables import ProtocolError, check_version

_DAY_KEYS = (
    *("interval_days", "days", "due_days", "for_days"),
    *("counts_days_before", "early_days", "from_days", "after_stop_days", "first_days"),
)


def check_header(header: FileHeader, where: str) -> None:
    """The dates of a file are in order: it is reviewed again after it was reviewed, and says a version."""
    check_version(header.version, where)
    if header.next_review <= header.reviewed_on:
        raise ProtocolError(f"{where}: next_review must lie after reviewed_on")


def check_protocol(protocol: MonitoringProtocol, item_sets: Mapping[str, tuple[str, ...]]) -> None:
    """Raises ProtocolError on the first fault found, naming file, rule and reason."""
    schedule_file = f"schedule_{protocol.schedule_id}.toml"
    for profile in protocol.profiles.values():
        _check_phases(profile, f"{schedule_file}, profile {profile.id!r}")
    for group in protocol.groups.values():
        if not 0 <= group.age_from <= group.age_to:
            raise ProtocolError(f"{schedule_file}, patient group {group.id!r}: the ages must be in order")
    _check_analytes(protocol)
    _check_items(protocol, item_sets)
    for profile in protocol.profiles.values():
        for phase in profile.phases:
            where = f"{schedule_file}, profile {profile.id!r}, phase {phase.name!r}"
            _known(phase.taken_with, protocol.items, where, "item")
    _check_rules(protocol)
    check_limits(protocol)


def _check_phases(profile: Profile, where: str) -> None:
    expected = 0
    for number, phase in enumerate(profile.phases, start=1):
        if phase.from_day != expected:
            fault = "gap" if phase.from_day > expected else "overlap"
            raise ProtocolError(
                f"{where}, phase {phase.name!r}: {fault}: begins on day {phase.from_day}, day {expected} is next"
            )
        if phase.interval_days < 1:
            raise ProtocolError(f"{where}, phase {phase.name!r}: the interval must be at least 1 day")
        is_last = number == len(profile.phases)
        if is_last != (phase.to_day is None):
            raise ProtocolError(f"{where}, phase {phase.name!r}: the last phase, and only the last, has no to_day")
        if phase.to_day is not None and phase.to_day <= phase.from_day:
            raise ProtocolError(f"{where}, phase {phase.name!r}: to_day must lie after from_day")
        expected = phase.to_day or 0
    if not profile.phases:
        raise ProtocolError(f"{where}: there is no phase")
    if (profile.restarted_by is RestartedBy.NEVER) != (profile.restart_days == 0):
        raise ProtocolError(f"{where}: restarted_by and restart_days go together")


def _check_analytes(protocol: MonitoringProtocol) -> None:
    for analyte in protocol.analytes.values():
        where = f"analytes.toml, analyte {analyte.id!r}"
        spellings = [*analyte.units, *(conversion.unit for conversion in analyte.conversions)]
        if len(set(spellings)) < len(spellings):
            raise ProtocolError(f"{where}: a unit is named twice, so what it is worth cannot be told")
        if any(conversion.multiply_by <= 0 for conversion in analyte.conversions):
            raise ProtocolError(f"{where}: multiply_by must be above 0")
        if analyte.conversions and not analyte.units:
            raise ProtocolError(f"{where}: another unit needs the analyte's own beside it")
        if analyte.part_of:
            _known((analyte.part_of,), protocol.analytes, where, "analyte")
    if protocol.far_from_last is not None and protocol.far_from_last.times <= 1:
        raise ProtocolError("analytes.toml, far_from_last: times must be above 1")


def _check_items(protocol: MonitoringProtocol, item_sets: Mapping[str, tuple[str, ...]]) -> None:
    for item in protocol.items.values():
        where = f"items.toml, item {item.id!r}"
        if bool(item.satisfied_by) == (item.kind is ItemKind.INFUSION or item.by_risk_assessment):
            raise ProtocolError(
                f"{where}: an infusion is done by a recorded cycle, a risk review by an assessment, every other item "
                "by analytes"
            )
        for alternative in item.satisfied_by:
            if not alternative:
                raise ProtocolError(f"{where}: an alternative without analytes would always be satisfied")
            _known(alternative, protocol.analytes, where, "analyte")
        if item.kind is ItemKind.TROUGH and any(len(alternative) != 1 for alternative in item.satisfied_by):
            raise ProtocolError(f"{where}: a trough level is one analyte")
    for name, items in item_sets.items():
        if name in protocol.items:
            raise ProtocolError(f"items.toml, item set {name!r}: an item has the same id")
        _known(items, protocol.items, f"items.toml, item set {name!r}", "item")


def check_unique_ids(ids_by_file: Mapping[str, Iterable[str]]) -> None:
    """Raises ProtocolError when two rules, in one file or in two, have the same id."""
    owner: dict[str, str] = {}
    for file, ids in ids_by_file.items():
        for identity in ids:
            if identity in owner:
                raise ProtocolError(f"{file}: the id {identity!r} is used twice (first in {owner[identity]})")
            owner[identity] = file


def _check_rules(protocol: MonitoringProtocol) -> None:
    for drug in protocol.drugs.values():
        rules = [rule for name in RULE_LISTS for rule in getattr(drug, name)]
        for rule in rules:
            _check_rule(rule, protocol, f"{drug.id}.toml, rule {rule.id!r}")
        _check_nothing_needed(drug, len(rules))
    for pair in protocol.pairs:
        where = f"pairs.toml, pair {pair.id!r}"
        if len(set(pair.drugs)) < 2:
            raise ProtocolError(f"{where}: two different drugs are needed")
        _known(pair.drugs, protocol.drugs, where, "drug")
        _check_rule(pair, protocol, where)


def _check_nothing_needed(drug: DrugMonitoring, rules: int) -> None:
    if bool(drug.nothing_needed) == bool(rules):
        raise ProtocolError(f"{drug.id}.toml: a drug either has rules or says in nothing_needed why it needs none")


def _check_rule(rule: object, protocol: MonitoringProtocol, where: str) -> None:
    if not getattr(rule, "source", ""):
        raise ProtocolError(f"{where}: the source is empty")
    items = getattr(rule, "items", None)
    names = items if items is not None else (getattr(rule, "item", ""),)
    if not names:
        raise ProtocolError(f"{where}: the rule asks for no item")
    _known(names, protocol.items, where, "item")
    profile = getattr(rule, "profile", None)
    if profile is not None:
        _known((profile,), protocol.profiles, where, "profile")
    group = getattr(rule, "group", "")
    if group:
        _known((group,), protocol.groups, where, "patient group")
    for key in _DAY_KEYS:
        days = getattr(rule, key, None)
        if days is not None and (days < 0 or (key in ("interval_days", "for_days") and days == 0)):
            raise ProtocolError(f"{where}, key {key!r}: {days} days is not possible")
    if isinstance(rule, OnceRule) and (rule.times < 1 or (rule.times > 1) != (rule.apart_days > 0)):
        raise ProtocolError(f"{where}: times and apart_days go together")
    for window in getattr(rule, "windows", ()):
        if window.hours_from > window.hours_to:
            raise ProtocolError(f"{where}: a trough window ends before it begins")
    if hasattr(rule, "windows") and sum(not window.frequencies for window in rule.windows) != 1:
        raise ProtocolError(f"{where}: exactly one trough window names no frequencies and serves the rest")
