"""What the dose guard says about a write, and whether it is let through. The rules advise; a person decides."""

from collections.abc import Collection, Sequence

from patients.entries import store
from patients.errors import GuardStopped, Refused
from patients.models import Staff
from regimens.models import Course, DoseCheck, DosePeriod
from regimens.protocol.load import load
from regimens.rules.guard_findings import GuardFinding, holding, in_order, stops
from regimens.rules.guard_wording import as_stored

REASON_LENGTH = 500


def let_through(
    findings: Sequence[GuardFinding], *, reason: str = "", seen: Collection[str] | None = None
) -> tuple[GuardFinding, ...]:
    """Everything that was said, when it may be saved. Raises GuardStopped, Refused.

    A stop needs a `reason`, whoever asks. `seen` holds the fingerprints of what the person was shown: a warning that
    is not among them holds the write until it is. None: nobody is shown anything, and warnings come with the answer.
    """
    said = in_order(findings)
    if len(reason.strip()) > REASON_LENGTH:
        raise Refused(f"A reason has at most {REASON_LENGTH} characters.", "override_reason")
    unseen = seen is not None and any(finding.fingerprint not in seen for finding in holding(said))
    stopping = stops(said)
    if stopping and (unseen or not says_something(reason)):
        words = "; ".join(finding.text for finding in stopping)
        raise GuardStopped(f"Nothing was saved. Give a reason to go on: {words}.", said, needs_reason=True)
    if unseen:
        raise GuardStopped("Nothing was saved yet. Look at what the dose guard says.", said, needs_reason=False)
    return said


def says_something(reason: str) -> bool:
    """Whether a reason has a letter or a digit in it: a full stop or an invisible character tells nobody why."""
    return any(character.isalnum() for character in reason)


def keep(course: Course, dose: DosePeriod, said: Sequence[GuardFinding], reason: str, by: Staff) -> None:
    """Stores what was said, and the reason where a stop was let through; nothing when the guard was silent."""
    if not said:
        return
    store(
        DoseCheck(
            course=course,
            dose=dose,
            protocol_version=load().version,
            findings=[as_stored(finding) for finding in said],
            override_reason=reason.strip() if stops(said) else "",
            recorded_by=by,
        )
    )
