"""The protocol as one whole: what lies in one protocol folder, read together and checked against each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.protocol.load import cross_check, schedules
from monitoring.protocol.load import load as load_monitoring
from patients.protocol.activity import ActivityProtocol
from patients.protocol.load import ACTIVITY
from patients.protocol.place import Part, check_layout, folder_in_force, part_of
from patients.protocol.tables import ProtocolError
from regimens.protocol.cohort import COHORT, CohortFile, load_cohort
from regimens.protocol.load import DRUGS, PATHWAY
from regimens.protocol.load import load as load_pathway
from regimens.protocol.schema import PathwayProtocol

__all__ = ["ProtocolError", "ProtocolFile", "WholeProtocol", "protocol_in_force", "read_protocol"]


class _Header(Protocol):
    """What every protocol file begins with."""

    @property
    def version(self) -> str: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def reviewed_on(self) -> date: ...
    @property
    def next_review(self) -> date: ...
    @property
    def signed_off_by(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ProtocolFile:
    """Where one file stands. `name` is its path inside a protocol folder; `signed_off_by` "" means nobody yet."""

    name: str
    version: str
    effective_from: date
    reviewed_on: date
    next_review: date
    signed_off_by: str

    @property
    def part(self) -> str:
        return self.name.partition("/")[0]

    def review_is_late(self, today: date) -> bool:
        """Whether the day of its next review lies before `today`."""
        return self.next_review < today


@dataclass(frozen=True, slots=True, eq=False)
class WholeProtocol:
    """Everything that the rules read. `folder` None: all of it came with the software. Compared by identity.

    `schedules`: monitoring under each schedule that a clinic may choose, `monitoring` (the default) first.
    """

    folder: Path | None
    pathway: PathwayProtocol
    monitoring: MonitoringProtocol
    schedules: tuple[MonitoringProtocol, ...]
    cohort: CohortFile

    def monitoring_under(self, schedule: str) -> MonitoringProtocol:
        """Monitoring under the schedule of that id; under the default for "" and for one that is not there."""
        return next((one for one in self.schedules if one.schedule_id == schedule), self.monitoring)

    @property
    def activity(self) -> ActivityProtocol:
        """How activity is measured and change is judged; the pathway asks by the same measures."""
        return self.pathway.activity

    @property
    def files(self) -> tuple[ProtocolFile, ...]:
        """Every file with its version and dates, in the order of the parts."""
        return tuple(self._files())

    def _files(self) -> Iterator[ProtocolFile]:
        yield _file(Part.ACTIVITY, ACTIVITY, self.activity.file)
        yield _file(Part.PATHWAY, PATHWAY, self.pathway.file)
        yield _file(Part.PATHWAY, DRUGS, self.pathway.catalogue)
        yield _file(Part.PATHWAY, COHORT, self.cohort)
        files = {name: header for one in self.schedules for name, header in one.files.items()}
        for name, header in files.items():
            yield _file(Part.MONITORING, name, header)


@lru_cache(maxsize=16)
def read_protocol(folder: Path | None) -> WholeProtocol:
    """The protocol of a clinic's folder (None: the one that comes with the software), read once in a process.

    Raises ProtocolError naming the file, the place in it and the reason when it must not be used.
    """
    if folder is not None:
        check_layout(folder)
    place, pathway = part_of(folder, Part.MONITORING), part_of(folder, Part.PATHWAY)
    every = tuple(load_monitoring(place, identity, pathway) for identity, _ in schedules(place, pathway))
    whole = WholeProtocol(
        folder=folder,
        pathway=load_pathway(pathway, part_of(folder, Part.ACTIVITY)),
        monitoring=every[0],
        schedules=every,
        cohort=load_cohort(pathway),
    )
    cross_check(whole.monitoring, whole.pathway.drugs.keys())
    return whole


def protocol_in_force() -> WholeProtocol:
    """The protocol that this process works by. Raises ProtocolError."""
    return read_protocol(folder_in_force())


def _file(part: Part, name: str, header: _Header) -> ProtocolFile:
    return ProtocolFile(
        name=f"{part.value}/{name}",
        version=header.version,
        effective_from=header.effective_from,
        reviewed_on=header.reviewed_on,
        next_review=header.next_review,
        signed_off_by=header.signed_off_by,
    )
