"""Each kind of entry in a patient's record: its word, where it is kept, what it says, and how it is withdrawn.

`said` names the columns that a sentence about the entry needs; they arrive as text, in one query over all kinds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from monitoring import actions as monitoring
from monitoring.models import (
    Assignment,
    Contact,
    IntervalOverride,
    NotNeeded,
    Pause,
    Result,
    RiskAssessment,
    SampleTaken,
    SharedCare,
    Snooze,
    TargetRange,
)
from monitoring.protocol.load import load as load_monitoring
from patients import actions as patients
from patients.models import Assessment, Autoantibody, Condition, ContactDetails, Height, StatusChange, Weight
from patients.models.entry import Entry
from patients.rules.permissions import Permission
from patients.rules.vocabulary import AntibodyFinding, ConditionKind, PatientStatus
from regimens import actions as regimens
from regimens.facts import dose_record
from regimens.models import (
    Course,
    DosePeriod,
    Infusion,
    InfusionPlan,
    Milestone,
    Outcome,
    Review,
    TaperDecision,
    TaperPlan,
)
from regimens.protocol.load import load as load_pathway
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind, ReactionGrade, ReviewAnswer, TaperChoice
from tracker import display, plan_words, work_words

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


def _infusion(said: Said) -> str:
    words = [_number(said["total"], said["unit"] or "") if said["total"] else "amount not recorded"]
    words += [f"batch {said['batch_numbers']}"] if said["batch_numbers"] else []
    reaction = ReactionGrade(said["reaction"] or "")
    words += [] if reaction is ReactionGrade.NOT_RECORDED else [reaction.label]
    return _of(said, ", ".join(words))


def _infusion_plan(said: Said) -> str:
    if said["amount_per_kilogram"]:
        amount = _number(said["amount_per_kilogram"], f"{said['unit']}/kg")
    else:
        amount = _number(said["amount"], said["unit"] or "") if said["amount"] else "dose not planned"
    when = f"every {said['interval_days']} days" if said["interval_days"] else "on fixed dates"
    return _with_note(_of(said, f"{amount}, {when}"), said["note"])


def _result(said: Said) -> str:
    analyte = load_monitoring().analytes.get(said["analyte"] or "")
    value = Decimal(said["value"]) if said["value"] else None
    written = display.result_value(said["comparator"] or "", value, said["unit"] or "", said["text"] or "")
    return f"{analyte.name if analyte else said['analyte']} {written}"


def _review(said: Said) -> str:
    return f"a question {ReviewAnswer(said['answer'] or '').label}"


def _taper_decision(said: Said) -> str:
    words = TaperChoice(said["choice"] or "").label
    dose = f", {_number(said['milligrams_per_day'], 'mg')} a day" if said["milligrams_per_day"] else ""
    return _of(said, _with_note(f"{words}{dose}", said["reason"]))


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
        "infusion", "infusion", Infusion, "course__patient", "first_on",
        _columns("total", "unit", "batch_numbers", "reaction", **_OF_COURSE),
        _infusion,
        regimens.withdraw_infusion, _TREATMENT,
    ),
    EntryKind(
        "infusion_plan", "infusion plan", InfusionPlan, "course__patient", "",
        _columns("amount", "amount_per_kilogram", "unit", "interval_days", "note", **_OF_COURSE),
        _infusion_plan, regimens.withdraw_infusion_plan, _TREATMENT,
    ),
    EntryKind(
        "taper", "taper plan", TaperPlan, "course__patient", "", _columns("note", **_OF_COURSE),
        lambda said: _with_note(_drug(said), said["note"]),
    ),
    EntryKind(
        "taper_decision", "taper decision", TaperDecision, "course__patient", "on",
        _columns("choice", "milligrams_per_day", "reason", **_OF_COURSE),
        _taper_decision, regimens.withdraw_taper_decision, _JUDGEMENT,
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
        _result, monitoring.withdraw_result, Permission.RECORD_MONITORING,
    ),
    EntryKind(
        "snooze", "item put off", Snooze, "patient", "made_on", _columns("item", "until", "reason"),
        work_words.snooze_said, monitoring.withdraw_snooze, Permission.RECORD_MONITORING,
    ),
    EntryKind(
        "contact", "contact", Contact, "patient", "on",
        _columns("item", "channel", "outcome", "symptoms_asked", "symptoms", "note"),
        work_words.contact_said, monitoring.withdraw_contact, Permission.RECORD_MONITORING,
    ),
    EntryKind(
        "sample", "sample taken", SampleTaken, "patient", "taken_on", _columns("item", "until", "note"),
        work_words.sample_said, monitoring.withdraw_sample, Permission.RECORD_MONITORING,
    ),
    EntryKind(
        "not_needed", "item not needed", NotNeeded, "patient", "made_on", _columns("item", "until", "reason"),
        work_words.not_needed_said, monitoring.withdraw_not_needed, Permission.RECORD_MONITORING,
    ),
    EntryKind(
        "assignment", "assignment", Assignment, "patient", "",
        _columns("item", first_name="owner__first_name", last_name="owner__last_name", username="owner__username"),
        work_words.assignment_said, monitoring.withdraw_assignment, Permission.RECORD_MONITORING,
    ),
    EntryKind(
        "risk_assessment", "risk assessment", RiskAssessment, "patient", "on", _columns("tier", "factors"),
        plan_words.risk_said, monitoring.withdraw_risk_assessment, Permission.ADJUST_MONITORING,
    ),
    EntryKind(
        "interval_override", "other interval", IntervalOverride, "patient", "from_on",
        _columns("drug", "item", "interval_days", "until", "reason"),
        plan_words.interval_said, monitoring.withdraw_interval_override, Permission.ADJUST_MONITORING,
    ),
    EntryKind(
        "shared_care", "shared care", SharedCare, "patient", "from_on",
        _columns("drug", "monitored_by", "provider", "note"),
        plan_words.care_said, monitoring.withdraw_shared_care, Permission.RECORD_MONITORING,
    ),
    EntryKind(
        "pause", "pause", Pause, "patient", "from_on",
        _columns("drug", "until", "reason", "ended_on", "end_reason"),
        plan_words.pause_said, monitoring.withdraw_pause, Permission.RECORD_MONITORING,
    ),
    EntryKind(
        "target_range", "target range", TargetRange, "patient", "from_on",
        _columns("analyte", "low", "high", "unit", "reason"),
        plan_words.range_said, monitoring.withdraw_target_range, Permission.ADJUST_MONITORING,
    ),
    EntryKind(
        "status", "status", StatusChange, "patient", "on", _columns("status", "reason"),
        lambda said: _with_note(PatientStatus(said["status"] or "").label, said["reason"]),
    ),
    EntryKind(
        "contact_details", "contact details", ContactDetails, "patient", "agreed_on", _columns("may_remind"),
        lambda said: "agreed to reminders by e-mail" if said["may_remind"] == "true" else "no reminders by e-mail",
        patients.withdraw_contact_details, Permission.REGISTER_PATIENT,
    ),
)  # fmt: skip

BY_WORD = {kind.word: kind for kind in KINDS}
