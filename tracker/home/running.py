"""Whether Myoline itself is well: its background jobs, e-mails that did not go out, the trail's seals, review dates."""

from dataclasses import dataclass
from datetime import date, datetime

from monitoring.rules.heartbeats import JobStanding
from monitoring.rules.vocabulary import MailStatus
from monitoring.selectors import job_standings
from monitoring.selectors.heartbeats import SEALS, TRAIL
from monitoring.selectors.mail import counts_by_mail_status
from patients.clock import now_in
from patients.models import Clinic, Staff
from tracker.models import ReportRun
from tracker.protocols import ProtocolFile, protocol_in_force
from tracker.reports.runs import runs_of

FIRST_RUNS = 4


@dataclass(frozen=True, slots=True)
class Health:
    """`jobs` of the background. `failed` e-mails are tried again, `given_up` are not; both are of the person's clinics.
    `late_files` of the protocol are past their review, `next_review` is the day of the one that comes first.
    """

    read_at: datetime
    zone: str
    jobs: tuple[JobStanding, ...]
    failed: int
    given_up: int
    late_files: tuple[ProtocolFile, ...]
    next_review: date

    @property
    def unwell(self) -> tuple[JobStanding, ...]:
        return tuple(job for job in self.jobs if not job.is_well)

    @property
    def trail(self) -> tuple[JobStanding, ...]:
        """The jobs that seal and check the audit trail."""
        return tuple(found for found in self.jobs if found.job.name in (SEALS, TRAIL))


def health_of(staff: Staff, clinic: Clinic) -> Health:
    """By the clocks of the clinic."""
    read_at = now_in(clinic)
    counts = counts_by_mail_status(staff)
    files = protocol_in_force().files
    return Health(
        read_at=read_at,
        zone=clinic.time_zone,
        jobs=job_standings(),
        failed=counts[MailStatus.FAILED],
        given_up=counts[MailStatus.GIVEN_UP],
        late_files=tuple(file for file in files if file.review_is_late(read_at.date())),
        next_review=min(file.next_review for file in files),
    )


def first_runs(staff: Staff) -> list[ReportRun]:
    """The reports that the person asked for last."""
    return list(runs_of(staff)[:FIRST_RUNS])
