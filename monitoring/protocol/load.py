"""Reads the monitoring protocol folder into one checked `MonitoringProtocol`.

Each drug has a file of its own, `<drug>.toml`. Beside them lie the schedule (`schedule_<id>.toml`), items, analytes,
thresholds, pairs, and in `shared/` the rules that several drug files take over.
"""

from collections.abc import Collection
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from monitoring.protocol.definitions import (
    RULE_LISTS,
    AnalytesFile,
    DrugMonitoring,
    FileHeader,
    ItemsFile,
    MonitoringProtocol,
    PairsFile,
    Rule,
    RuleFile,
    ScheduleFile,
    Threshold,
    ThresholdsFile,
)
from monitoring.protocol.validation import check_header, check_protocol, check_unique_ids
from patients.protocol.place import Part, built_in, part_in_force
from patients.protocol.tables import ProtocolError, build, read_toml, unique_by_id

FOLDER = built_in(Part.MONITORING)
DEFAULT_SCHEDULE = "bsr_2017"
_SCHEDULE = "schedule_"
_NOT_DRUGS = {"items", "analytes", "thresholds", "pairs"}

T = TypeVar("T", bound=FileHeader)
F = TypeVar("F", bound=RuleFile)
R = TypeVar("R", bound=Rule)


def load(folder: Path | None = None, schedule: str | None = None) -> MonitoringProtocol:
    """The protocol in `folder` (the one in force when None) under the schedule of that id, read once.

    Without an id it is the folder's only schedule, or of several the BSR 2017 one.

    Raises ProtocolError naming file, place and reason: an unknown or missing key, a duplicate id, an unknown item,
    analyte or profile, gaps or overlaps in phases, threshold bands that cross or touch, a drug file under a wrong name.
    """
    place = folder or part_in_force(Part.MONITORING)
    return _read_folder(place, schedule or _only_schedule(place))


@lru_cache(maxsize=16)
def _only_schedule(folder: Path) -> str:
    found = sorted(path.stem.removeprefix(_SCHEDULE) for path in folder.glob(f"{_SCHEDULE}*.toml"))
    return found[0] if len(found) == 1 else DEFAULT_SCHEDULE


@lru_cache(maxsize=16)
def _read_folder(folder: Path, schedule: str) -> MonitoringProtocol:
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
            "thresholds.toml": [threshold.id for threshold in limits.threshold],
            "pairs.toml": [pair.id for pair in pairs.pair],
            **{f"shared/{name}.toml": _rule_ids(file) for name, file in shared.items()},
            **{f"{name}.toml": _rule_ids(file) for name, file in own.items()},
        }
    )
    drugs = {name: _expanded(file, shared, item_sets) for name, file in own.items()}
    protocol = MonitoringProtocol(
        schedule_id=plan.id,
        schedule_name=plan.name,
        version=plan.version,
        header=plan,
        defaults=plan.defaults,
        profiles=unique_by_id(plan.profile, f"schedule_{schedule}.toml"),
        groups=unique_by_id(plan.patient_group, f"schedule_{schedule}.toml"),
        items=unique_by_id(items.item, "items.toml"),
        analytes=unique_by_id(analytes.analyte, "analytes.toml"),
        drugs=drugs,
        pairs=tuple(_with_items(pair, item_sets) for pair in pairs.pair),
        muscle=limits.muscle,
        thresholds=_thresholds_by_analyte(limits, drugs),
        files={
            f"schedule_{schedule}.toml": _header(plan),
            "items.toml": _header(items),
            "analytes.toml": _header(analytes),
            "thresholds.toml": _header(limits),
            "pairs.toml": _header(pairs),
            **{f"shared/{name}.toml": _header(file) for name, file in shared.items()},
            **{f"{name}.toml": _header(file) for name, file in own.items()},
        },
    )
    check_protocol(protocol, item_sets)
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
        ids += [threshold.id for threshold in file.threshold]
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


def _thresholds_by_analyte(
    limits: ThresholdsFile, drugs: dict[str, DrugMonitoring]
) -> dict[str, tuple[Threshold, ...]]:
    found: dict[str, tuple[Threshold, ...]] = {}
    for threshold in (*limits.threshold, *(band for drug in drugs.values() for band in drug.threshold)):
        found[threshold.analyte] = (*found.get(threshold.analyte, ()), threshold)
    return found
