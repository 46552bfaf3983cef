"""The comparison of two protocols as it is printed, patient by patient, so that any number of them fits in memory."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from patients.protocol.changes import ChangeKind
from patients.rules.wording import display_date
from tracker.comparison import CaseDifference, FileChange, PatientDifferences, ProtocolPair
from tracker.protocols import WholeProtocol

Say = Callable[[str], object]
"""Writes one line."""


@dataclass(slots=True)
class Summary:
    """How many there were, and how many differ; `by_aspect` counts patients for each part of the answer."""

    file_changes: int = 0
    case_differences: int = 0
    patients: int = 0
    patients_changed: int = 0
    by_aspect: Counter[str] = field(default_factory=Counter)
    by_clinic: dict[str, list[int]] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        return bool(self.file_changes or self.case_differences or self.patients_changed)

    def add(self, patient: PatientDifferences) -> None:
        counts = self.by_clinic.setdefault(patient.clinic, [0, 0])
        counts[0] += 1
        self.patients += 1
        if patient.differences:
            counts[1] += 1
            self.patients_changed += 1
            self.by_aspect.update({difference.what.label for difference in patient.differences})


def write_text(
    say: Say, pair: ProtocolPair, cases: tuple[CaseDifference, ...], patients: Iterable[PatientDifferences]
) -> Summary:
    """Writes the comparison for people and returns what it came to."""
    found = pair.file_changes()
    summary = Summary(file_changes=len(found), case_differences=len(cases))
    say(f"Old: {_named(pair.old)}")
    say(f"New: {_named(pair.new)}")
    _section(say, "Protocol files", [_change(one) for one in found])
    for part in pair.unchanged_versions():
        say(f"  Note: {part} changed and kept its version. Give it a new one: stored decisions name the version.")
    _section(say, "Cases of the clinic", [_case(case) for case in cases])
    clinic: str | None = None
    for patient in patients:
        if patient.clinic != clinic:
            clinic = patient.clinic
            say("")
            say(f"Clinic {clinic}, as of {display_date(patient.as_of)}")
        summary.add(patient)
        for line in _patient(patient):
            say(line)
    say("")
    for line in _summary(summary):
        say(line)
    return summary


def write_json(
    say: Say, pair: ProtocolPair, cases: tuple[CaseDifference, ...], patients: Iterable[PatientDifferences]
) -> Summary:
    """Writes one JSON object, each patient that changes on a line, and returns what it came to."""
    found = pair.file_changes()
    summary = Summary(file_changes=len(found), case_differences=len(cases))
    head = {
        "old": _identity(pair.old),
        "new": _identity(pair.new),
        "files": [{"file": one.file, **asdict(one.change)} for one in found],
        "version_not_changed": list(pair.unchanged_versions()),
        "cases": [asdict(case) for case in cases],
    }
    say(f'{_json(head)[:-1]}, "patients": [')
    comma = ""
    for patient in patients:
        summary.add(patient)
        if patient.differences:
            row = asdict(patient)
            if not patient.hospital_number:
                del row["hospital_number"]
            say(f"{comma}{_json(row)}")
            comma = ","
    say(f'], "summary": {_json(_totals(summary))}}}')
    return summary


def _totals(summary: Summary) -> dict[str, Any]:
    return {
        "file_changes": summary.file_changes,
        "case_differences": summary.case_differences,
        "patients": summary.patients,
        "patients_changed": summary.patients_changed,
        "by_aspect": dict(summary.by_aspect),
        "by_clinic": {slug: {"patients": every, "changed": some} for slug, (every, some) in summary.by_clinic.items()},
    }


def _section(say: Say, title: str, lines: list[str]) -> None:
    say("")
    say(title)
    for line in lines or ["no change"]:
        say(f"  {line}")


def _patient(patient: PatientDifferences) -> Iterator[str]:
    if not patient.differences:
        return
    number = f", hospital number {patient.hospital_number}" if patient.hospital_number else ""
    yield f"  {patient.clinic}/{patient.patient}{number}"
    for one in patient.differences:
        subject = f", {one.subject}" if one.subject else ""
        yield f"    {one.what.label}{subject}: {one.before} -> {one.after}"


def _summary(summary: Summary) -> list[str]:
    lines = [
        f"Clinic {slug}: {changed} of {every} patients would be answered differently."
        for slug, (every, changed) in summary.by_clinic.items()
    ]
    lines += [f"  {label}: {number}" for label, number in sorted(summary.by_aspect.items())]
    lines.append(
        f"In all: {summary.patients_changed} of {summary.patients} patients; changes in the files: "
        f"{summary.file_changes}; answers to cases: {summary.case_differences}."
    )
    return lines


def _named(protocol: WholeProtocol) -> str:
    place = protocol.folder or "the protocol that comes with the software"
    versions = ", ".join(f"{part} {version}" for part, version in _versions(protocol).items())
    return f"{place} ({versions})"


def _identity(protocol: WholeProtocol) -> dict[str, Any]:
    return {"folder": str(protocol.folder) if protocol.folder else None, "versions": _versions(protocol)}


def _versions(protocol: WholeProtocol) -> dict[str, str]:
    return {
        "activity": protocol.activity.version,
        "pathway": protocol.pathway.version,
        "drugs": protocol.pathway.catalogue.version,
        "cohort": protocol.cohort.version,
        "monitoring": protocol.monitoring.version,
    }


def _change(one: FileChange) -> str:
    change = one.change
    where = " ".join(part for part in (one.file, change.entry, change.id) if part)
    if change.kind is ChangeKind.CHANGED:
        return f"changed: {where}, {change.key}: {change.before} -> {change.after}"
    return f"{change.kind.label}: {where}: {change.before or change.after}"


def _case(case: CaseDifference) -> str:
    said, says = (
        ", ".join(map(str, value)) if isinstance(value, list) else value for value in (case.before, case.after)
    )
    return f"{case.file}, {case.case}, day {case.as_of_day}, {case.field}: {said} -> {says}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
