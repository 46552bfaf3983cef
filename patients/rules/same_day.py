"""A second entry beside one of the same day: meant, or a slip? A person is asked once, and nothing is refused.

Which entries of one day are asked about is each record's own to say; assessments are said here.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from patients.rules.reasons import FactReference, Predicate, Reason, RuleKind, Truth
from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import DatePrecision, MuscleGroup
from patients.rules.wording import display_date, display_number, display_unit, joined

ASSESSMENT_RULE = "assessments.same_day"
HOUSE = "How this software reads the record"
_CENTIMETRES = {
    "physician_global": "physician global",
    "patient_global": "patient global",
    "extramuscular_global": "extramuscular global",
}
_PLAIN = {"haq": "HAQ", "cmas": "CMAS", "das": "DAS"}
_PERCENT = {"fvc_percent": "FVC", "dlco_percent": "DLCO"}
_DAYS = (DatePrecision.DAY, DatePrecision.ESTIMATED)


@dataclass(frozen=True, slots=True)
class DayQuestion:
    """What to look at once more before an entry is saved beside another one of its day. `earlier` is that one."""

    text: str
    reason: Reason
    earlier: FactReference

    @property
    def fingerprint(self) -> str:
        """Stands for the question as it was shown: what stands there or its author being another, it is another."""
        return sha256(f"{self.reason.rule_id}\n{self.earlier.id}\n{self.text}".encode()).hexdigest()[:16]


def entered_words(by: str, at: datetime) -> str:
    """`entered by Nora Quill on 20-Nov-2026 at 09:05`; `at` by the clinic's clocks."""
    return f"entered by {by} on {display_date(at.date())} at {at:%H:%M}"


def second_assessment(
    new: Assessment, earlier: Assessment, *, by: str, at: datetime, protocol_version: str
) -> DayQuestion | None:
    """A question about an assessment beside an earlier one of its day; None where the days are not the same.

    `by` entered the earlier one, `at` by the clinic's clocks. A month or a year without its day is the same as the very
    same month or year only.
    """
    if not _same_day(new, earlier):
        return None
    day = display_date(earlier.on, earlier.precision)
    text = (
        f"an assessment of {day} is recorded already, {entered_words(by, at)}: {values_of(earlier)}. If this is "
        "to stand in its place, withdraw that one first. Is it a second one of that day?"
    )
    fact = FactReference("assessment", earlier.id, f"assessment of {day}")
    predicate = Predicate("an assessment of this day is recorded already", Truth.TRUE, (fact,))
    reason = Reason(ASSESSMENT_RULE, text, RuleKind.LOCAL_READING, HOUSE, protocol_version, (predicate,))
    return DayQuestion(text, reason, fact)


def values_of(assessment: Assessment) -> str:
    """What an assessment says, in words: `physician global 3 cm, MMT 120 of 150`."""
    return "; ".join(_said(assessment)) or "no measure, notes only"


def _same_day(new: Assessment, earlier: Assessment) -> bool:
    exact = new.precision in _DAYS and earlier.precision in _DAYS
    return new.on == earlier.on and (exact or new.precision is earlier.precision)


def _said(assessment: Assessment) -> list[str]:
    measured = [
        (name, getattr(assessment, field), unit)
        for names, unit in ((_CENTIMETRES, " cm"), (_PLAIN, ""), (_PERCENT, "%"))
        for field, name in names.items()
    ]
    said = [f"{name} {display_number(value)}{unit}" for name, value, unit in measured if value is not None]
    if assessment.mmt is not None:
        said.append(f"MMT {display_number(assessment.mmt)} of {assessment.mmt_maximum}")
    if assessment.lowest_mrc is not None:
        where = assessment.lowest_mrc_group
        group = "" if where is MuscleGroup.NOT_RECORDED else f", {where.label}"
        said.append(f"lowest MRC grade {assessment.lowest_mrc.label}{group}")
    said += [_enzyme(enzyme) for enzyme in assessment.enzymes]
    if assessment.severe_features:
        said.append(joined(tuple(feature.label for feature in assessment.severe_features), "and"))
    if assessment.non_severe_confirmed:
        said.append("confirmed as not severe")
    return said


def _enzyme(enzyme: Enzyme) -> str:
    return f"{enzyme.name.label} {display_number(enzyme.value)} {display_unit(enzyme.unit)}"
