"""What the treatment in two records means once they are one: checked before they are merged."""

from dataclasses import dataclass
from datetime import date

from patients.models import Patient, Staff
from patients.selectors import require_reading
from regimens.facts import treatment_records
from regimens.protocol.load import load
from regimens.rules.guard_findings import GuardFinding
from regimens.rules.guard_together import said_together


@dataclass(frozen=True, slots=True)
class DrugTogether:
    """A drug that runs in one of the records, and a message of the dose guard that rests on the other one."""

    drug: str
    hospital_number: str
    finding: GuardFinding


def treated_together(staff: Staff, kept: Patient, merged: Patient, as_of: date) -> tuple[DrugTogether, ...]:
    """What the dose guard says of both records read as one, and could not say of either. Raises NotAllowed."""
    for patient in (kept, merged):
        require_reading(staff, patient)
    records, protocol = treatment_records([kept.pk, merged.pk]), load()
    own = {course.id for course in records[kept.pk].courses}
    found = []
    for said in said_together(records[kept.pk], records[merged.pk], protocol, as_of):
        drug = protocol.drugs.get(said.course.drug)
        whose = kept if said.course.id in own else merged
        found.append(DrugTogether(drug.name if drug else said.course.drug_text, whose.hospital_number, said.finding))
    return tuple(found)
