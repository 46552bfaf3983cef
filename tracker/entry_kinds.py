"""Each kind of entry in a patient's record: its word, where it is kept, what it says, and how it is withdrawn.

`said` names the columns that a sentence about the entry needs; they arrive as text, in one query over all kinds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from monitoring.actions import withdraw_result
from monitoring.models import Result, Snooze
from monitoring.protocol.load import load as load_monitoring
from patients import actions as patients
from patients.models import Assessment, Autoantibody, Condition, Height, StatusChange, Weight
from patients.models.entry import Entry
from patients.rules.permissions import Permission
from patients.rules.vocabulary import AntibodyFinding, ConditionKind, PatientStatus
from regimens import actions as regimens
from regimens.facts import dose_record
from regimens.models import Course, DosePeriod, Infusion, Milestone, Outcome, Review, TaperPlan
from regimens.protocol.load import load as load_pathway
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind, ReviewAnswer
from tracker import display

Said = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class EntryKind:
    """One kind of entry.

    `patient` and `on` are paths to the patient and to the clinical day; "" where the kind has no day. `withdraw` takes
    `by`, `entry_id` and `reason`; None where this kind is not withdrawn on its own. `permission` is what withdrawing
    needs at least; the action decides.
    """

    word: str
    label: str
    model: type[Entry]
    patient: str
    on: str
    said: dict[str, str]
    words: Callable[[Said], str]
    withdraw: Callable[..., Any] | None = None
    permission: Permission = Permission.RECORD_CLINICAL


def _columns(*names: str, **paths: str) -> dict[str, str]:
    return {name: name for name in names} | paths


def _number(text: str | None, unit: str = "") -> str:
    return display.quantity(None if text is None else Decimal(text), unit)


def _drug(said: Said) -> str:
    drug = load_pathway().drugs.get(said["drug"] or "")
    return drug.name if drug is not None else said["drug"] or said["drug_text"] or ""


def _of(said: Said, words: str) -> str:
    return f"{_drug(said)}: {words}"


def _condition(said: Said) -> str:
    label = ConditionKind(said["kind"] or "").label
    return f"{label} ({said['description']})" if said["description"] else label


def _course(said: Said) -> str:
    if said["never_given"] == "true":
        return f"{_drug(said)}, never given"
    if not said["stop_on"]:
        return _drug(said)
    return f"{_drug(said)}, stopped {display.day(date.fromisoformat(said['stop_on']))}"


def _dose(said: Said) -> str:
    amount = Decimal(said["amount"]) if said["amount"] else None
    names = ("unit", "basis", "frequency", "frequency_text", "weekday")
    row = DosePeriod(from_on=date.min, amount=amount, **{name: said[name] or "" for name in names})
    return _of(said, display.dose(dose_record(row)))


def _result(said: Said) -> str:
    analyte = load_monitoring().analytes.get(said["analyte"] or "")
    value = Decimal(said["value"]) if said["value"] else None
    written = display.result_value(said["comparator"] or "", value, said["unit"] or "", said["text"] or "")
    return f"{analyte.name if analyte else said['analyte']} {written}"


def _snooze(said: Said) -> str:
    item = load_monitoring().items.get(said["item"] or "")
    until = display.day(date.fromisoformat(said["until"] or ""))
    return f"{item.name if item else said['item']}, until {until}: {said['reason']}"


def _review(said: Said) -> str:
    return f"a question {ReviewAnswer(said['answer'] or '').label}"


def _with_note(label: str, note: str | None) -> str:
    return f"{label}: {note}" if note else label


_OF_COURSE = {"drug": "course__drug", "drug_text": "course__drug_text"}
_TREATMENT, _JUDGEMENT = Permission.RECORD_TREATMENT, Permission.JUDGE_TREATMENT

KINDS: tuple[EntryKind, ...] = (
    EntryKind(
        "weight", "weight", Weight, "patient", "on", _columns("kilograms"),
        lambda said: _number(said["kilograms"], "kg"), patients.withdraw_weight,
    ),
    EntryKind(
        "height", "height", Height, "patient", "on", _columns("centimetres"),
        lambda said: _number(said["centimetres"], "cm"), patients.withdraw_height,
    ),
    EntryKind(
        "condition", "condition", Condition, "patient", "from_on", _columns("kind", "description"),
        _condition, patients.withdraw_condition,
    ),
    EntryKind(
        "autoantibody", "autoantibody finding", Autoantibody, "patient", "on", _columns("name", "finding"),
        lambda said: f"{said['name']} {AntibodyFinding(said['finding'] or '').label}", patients.withdraw_autoantibody,
    ),
    EntryKind(
        "assessment", "assessment", Assessment, "patient", "on", _columns("notes"),
        lambda said: "with its enzymes", patients.withdraw_assessment,
    ),
    EntryKind(
        "course", "course", Course, "patient", "start_on", _columns("drug", "drug_text", "stop_on", "never_given"),
        _course, regimens.withdraw_course, _TREATMENT,
    ),
    EntryKind(
        "dose", "dose", DosePeriod, "course__patient", "from_on",
        _columns("amount", "unit", "basis", "frequency", "frequency_text", "weekday", **_OF_COURSE),
        _dose, regimens.withdraw_dose, _TREATMENT,
    ),
    EntryKind(
        "outcome", "judgement", Outcome, "course__patient", "on", _columns("kind", "reason", **_OF_COURSE),
        lambda said: _of(said, _with_note(OutcomeKind(said["kind"] or "").label, said["reason"])),
        regimens.withdraw_outcome, _JUDGEMENT,
    ),
    EntryKind(
        "infusion", "infusion", Infusion, "course__patient", "first_on", _columns("total", "unit", **_OF_COURSE),
        lambda said: _of(said, _number(said["total"], said["unit"] or "") if said["total"] else "amount not recorded"),
        regimens.withdraw_infusion, _TREATMENT,
    ),
    EntryKind(
        "taper", "taper plan", TaperPlan, "course__patient", "", _columns("note", **_OF_COURSE),
        lambda said: _with_note(_drug(said), said["note"]),
    ),
    EntryKind(
        "milestone", "milestone", Milestone, "patient", "on", _columns("kind", "note"),
        lambda said: _with_note(MilestoneKind(said["kind"] or "").label, said["note"]),
        regimens.withdraw_milestone, _JUDGEMENT,
    ),
    EntryKind(
        "review", "answer", Review, "patient", "on", _columns("prompt", "answer"),
        _review, regimens.withdraw_review, _JUDGEMENT,
    ),
    EntryKind(
        "result", "result", Result, "patient", "sampled_on",
        _columns("analyte", "value", "comparator", "unit", "text"),
        _result, withdraw_result, Permission.RECORD_MONITORING,
    ),
    EntryKind("snooze", "item put off", Snooze, "patient", "made_on", _columns("item", "until", "reason"), _snooze),
    EntryKind(
        "status", "status", StatusChange, "patient", "on", _columns("status", "reason"),
        lambda said: _with_note(PatientStatus(said["status"] or "").label, said["reason"]),
    ),
)  # fmt: skip

BY_WORD = {kind.word: kind for kind in KINDS}
