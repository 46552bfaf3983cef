"""Reads the monitoring protocol folder into one checked `MonitoringProtocol`.

Each drug has a file of its own, `<drug>.toml`. Beside them lie the schedule (`schedule_<id>.toml`), items, analytes,
thresholds, pairs, audits, and in `shared/` the rules that several drug files take over.
"""

from collections.abc import Collection
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from monitoring.protocol.audits import AUDITS_FILE, check_audits, read_audits
from monitoring.protocol.definitions import (
    RULE_LISTS,
    AnalytesFile,
    DrugMonitoring,
    FileHeader,
    ItemsFile,
    MonitoringProtocol,
    PairsFile,
    Profile,
    Rule,
    RuleFile,
    ScheduleFile,
    Threshold,
    ThresholdsFile,
    Trend,
)
from monitoring.protocol.infusions import check_infusions, with_catalogue
from monitoring.protocol.limits import limit_rules
from monitoring.protocol.schedule_checks import check_alike, check_schedule
from monitoring.protocol.validation import check_header, check_protocol, check_unique_ids
from patients.protocol.place import Part, built_in, part_in_force
from patients.protocol.tables import ProtocolError, build, read_toml, unique_by_id
from regimens.protocol.load import load as load_pathway

FOLDER = built_in(Part.MONITORING)
DEFAULT_SCHEDULE = "bsr_2017"
_SCHEDULE = "schedule_"
_NOT_DRUGS = {"items", "analytes", "thresholds", "pairs", "audits"}

T = TypeVar("T", bound=FileHeader)
F = TypeVar("F", bound=RuleFile)
R = TypeVar("R", bound=Rule)


def load(
    folder: Path | None = None, schedule: str | None = None, pathway_folder: Path | None = None
) -> MonitoringProtocol:
    """The protocol in `folder` (the one in force when None) under the schedule of that id, read once.

    Without an id it is the folder's only schedule, or of several the BSR 2017 one. Every schedule of the folder is
    checked, not only the one asked for: a clinic may change over to another at any time. What the drug catalogue prints
    of infusions comes from `pathway_folder` (that in force when None).

    Raises ProtocolError naming file, place and reason: an unknown or missing key, a duplicate id, an unknown item,
    analyte or profile, gaps or overlaps in phases, threshold bands that cross or touch, a drug file under a wrong name,
    a schedule that is not there, schedules that differ in more than their intervals.
    """
    place = folder or part_in_force(Part.MONITORING)
    wanted = schedule or _default_schedule(place)
    pathway = pathway_folder or part_in_force(Part.PATHWAY)
    found = _read_folder(place, wanted, pathway)
    _all_schedules(place, pathway)
    return found


def schedules(folder: Path | None = None, pathway_folder: Path | None = None) -> tuple[tuple[str, str], ...]:
    """Id and name of each schedule in `folder` (None: the one in force), the default first. Raises ProtocolError."""
    pathway = pathway_folder or part_in_force(Part.PATHWAY)
    return _all_schedules(folder or part_in_force(Part.MONITORING), pathway)


@lru_cache(maxsize=16)
def _schedule_ids(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem.removeprefix(_SCHEDULE) for path in folder.glob(f"{_SCHEDULE}*.toml")))


def _default_schedule(folder: Path) -> str:
    found = _schedule_ids(folder)
    return found[0] if len(found) == 1 else DEFAULT_SCHEDULE


@lru_cache(maxsize=16)
def _all_schedules(folder: Path, pathway: Path) -> tuple[tuple[str, str], ...]:
    default = _default_schedule(folder)
    found = [_read_folder(folder, default, pathway)]
    found += [_read_folder(folder, identity, pathway) for identity in _schedule_ids(folder) if identity != default]
    check_alike(found)
    return tuple((one.schedule_id, one.schedule_name) for one in found)


@lru_cache(maxsize=16)
def _read_folder(folder: Path, schedule: str, pathway_folder: Path) -> MonitoringProtocol:
    plan = _read(folder, f"schedule_{schedule}.toml", ScheduleFile)
    if plan.id != schedule:
        raise ProtocolError(f"schedule_{schedule}.toml: the id is {plan.id!r}, the file name says {schedule!r}")
    items = _read(folder, "items.toml", ItemsFile)
    analytes = _read(folder, "analytes.toml", AnalytesFile)
    limits = _read(folder, "thresholds.toml", ThresholdsFile)
    pairs = _read(folder, "pairs.toml", PairsFile)
    item_sets = {found.id: found.items for found in unique_by_id(items.item_set, "items.toml").values()}
    shared, own = _shared_files(folder), _drug_files(folder)
    check_unique_ids(
        {
            f"schedule_{schedule}.toml": [rule.id for rule in (plan.missed_visits, *plan.risk_tier)],
            "thresholds.toml": [rule.id for rule in limit_rules(limits)],
            "pairs.toml": [pair.id for pair in pairs.pair],
            **{f"shared/{name}.toml": _rule_ids(file) for name, file in shared.items()},
            **{f"{name}.toml": _rule_ids(file) for name, file in own.items()},
        }
    )
    pathway = load_pathway(pathway_folder)
    drugs = {name: with_catalogue(_expanded(file, shared, item_sets), pathway) for name, file in own.items()}
    audits = read_audits(folder, drugs)
    files: dict[str, FileHeader] = {
        f"schedule_{schedule}.toml": plan,
        "items.toml": items,
        "analytes.toml": analytes,
        "thresholds.toml": limits,
        "pairs.toml": pairs,
        **({} if audits is None else {AUDITS_FILE: audits}),
        **{f"shared/{name}.toml": file for name, file in shared.items()},
        **{f"{name}.toml": file for name, file in own.items()},
    }
    protocol = MonitoringProtocol(
        schedule_id=plan.id,
        schedule_name=plan.name,
        version=plan.version,
        header=plan,
        defaults=plan.defaults,
        profiles=_profiles(plan, item_sets),
        groups=unique_by_id(plan.patient_group, f"schedule_{schedule}.toml"),
        items=unique_by_id(items.item, "items.toml"),
        analytes=unique_by_id(analytes.analyte, "analytes.toml"),
        drugs=drugs,
        pairs=tuple(_with_items(pair, item_sets) for pair in pairs.pair),
        muscle=limits.muscle,
        target_range=limits.target_range,
        symptoms=limits.symptoms,
        raising=limits.raising,
        infusions=pathway.catalogue.infusions,
        missed_visits=plan.missed_visits,
        thresholds=_thresholds_by_analyte(limits, drugs),
        trends=_trends_by_analyte(limits),
        far_from_last=analytes.far_from_last,
        assessment_holds_days=plan.assessment_holds_days,
        audits=audits,
        risk_tiers={rule.tier: rule for rule in plan.risk_tier},
        files={name: _header(file) for name, file in files.items()},
    )
    check_protocol(protocol, item_sets)
    check_infusions(protocol)
    check_schedule(plan, protocol)
    check_audits(protocol)
    return protocol


def cross_check(protocol: MonitoringProtocol, drug_ids: Collection[str]) -> None:
    """Raises ProtocolError when a drug of the catalogue has no monitoring file, or a file no drug."""
    without_file = sorted(set(drug_ids) - set(protocol.drugs))
    if without_file:
        raise ProtocolError(f"{without_file[0]}.toml: the drug {without_file[0]!r} has no monitoring file")
    without_drug = sorted(set(protocol.drugs) - set(drug_ids))
    if without_drug:
        raise ProtocolError(f"{without_drug[0]}.toml: the drug {without_drug[0]!r} is not in the drug catalogue")


def _read(folder: Path, name: str, kind: type[T]) -> T:
    found = build(kind, read_toml(folder / name), name)
    check_header(found, name)
    return found


def _header(file: FileHeader) -> FileHeader:
    return FileHeader(**{entry.name: getattr(file, entry.name) for entry in fields(FileHeader)})


def _drug_files(folder: Path) -> dict[str, DrugMonitoring]:
    paths = [path for path in sorted(folder.glob("*.toml")) if path.stem not in _NOT_DRUGS]
    return {
        path.stem: _named(_read(folder, path.name, DrugMonitoring), path)
        for path in paths
        if not path.stem.startswith(_SCHEDULE)
    }


def _shared_files(folder: Path) -> dict[str, RuleFile]:
    return {
        path.stem: _named(_read(path.parent, path.name, RuleFile), path)
        for path in sorted((folder / "shared").glob("*.toml"))
    }


def _rule_ids(file: RuleFile) -> list[str]:
    ids = [rule.id for name in RULE_LISTS for rule in getattr(file, name)]
    if isinstance(file, DrugMonitoring):
        ids += [threshold.id for threshold in (*file.threshold, *file.start_threshold)]
    return ids


def _named(file: F, path: Path) -> F:
    if file.id != path.stem:
        raise ProtocolError(f"{path.name}: the id is {file.id!r}, the file name says {path.stem!r}")
    return file


def _expanded(
    drug: DrugMonitoring, shared: dict[str, RuleFile], item_sets: dict[str, tuple[str, ...]]
) -> DrugMonitoring:
    """The drug with shared rules and item sets written out, and its thresholds tied to it."""
    if len(set(drug.shares)) < len(drug.shares):
        raise ProtocolError(f"{drug.id}.toml: shares names the same file twice")
    files: list[RuleFile] = [drug]
    for name in drug.shares:
        if name not in shared:
            raise ProtocolError(f"{drug.id}.toml: shares {name!r}, but there is no shared/{name}.toml")
        files.append(shared[name])
    written_out: dict[str, Any] = {
        name: tuple(_with_items(rule, item_sets) for file in files for rule in getattr(file, name))
        for name in RULE_LISTS
    }
    written_out["threshold"] = tuple(replace(threshold, drugs=(drug.id,)) for threshold in drug.threshold)
    return replace(drug, **written_out)


def _with_items(rule: R, item_sets: dict[str, tuple[str, ...]]) -> R:
    """The rule with each item set that it names replaced by the set's items."""
    names = getattr(rule, "items", None)
    if names is None:
        return rule
    changes: dict[str, Any] = {"items": tuple(item for name in names for item in item_sets.get(name, (name,)))}
    return replace(rule, **changes)


def _profiles(plan: ScheduleFile, item_sets: dict[str, tuple[str, ...]]) -> dict[str, Profile]:
    """The schedule's profiles by id, with item sets written out."""

    def written_out(profile: Profile) -> Profile:
        if not any(phase.taken_with for phase in profile.phases):
            return profile
        phases = (
            replace(phase, taken_with=tuple(item for name in phase.taken_with for item in item_sets.get(name, (name,))))
            for phase in profile.phases
        )
        return replace(profile, phases=tuple(phases))

    return {one.id: written_out(one) for one in unique_by_id(plan.profile, f"{_SCHEDULE}{plan.id}.toml").values()}


def _thresholds_by_analyte(
    limits: ThresholdsFile, drugs: dict[str, DrugMonitoring]
) -> dict[str, tuple[Threshold, ...]]:
    found: dict[str, tuple[Threshold, ...]] = {}
    for threshold in (*limits.threshold, *(band for drug in drugs.values() for band in drug.threshold)):
        found[threshold.analyte] = (*found.get(threshold.analyte, ()), threshold)
    return found


def _trends_by_analyte(limits: ThresholdsFile) -> dict[str, tuple[Trend, ...]]:
    found: dict[str, tuple[Trend, ...]] = {}
    for trend in limits.trend:
        found[trend.analyte] = (*found.get(trend.analyte, ()), trend)
    return found
