"""The shape of what patients take, in and out of the API. Rules of the record live in the actions, not here."""

from typing import Any

from rest_framework import serializers

from patients.fields import ClinicalDateField, IdField, QuantityField, StrictSerializer, WordField
from patients.finding_serializers import serializer_of
from patients.rules.reasons import RuleKind
from patients.rules.vocabulary import DatePrecision
from patients.serializers import EntrySerializer, LookingBackSerializer, PatientFactSerializer, WithdrawalSerializer
from regimens.actions import REASON_LENGTH, NewDose, NewMilestone, NewOutcome, NewTaperStep
from regimens.infusion_serializers import CourseInfusionPlanSerializer, CourseInfusionSerializer
from regimens.rules.findings import PathwayFindings
from regimens.rules.guard_findings import GuardCode, GuardLevel
from regimens.rules.response_comparison import ResponseFindings
from regimens.rules.reviews import OpenQuestion, Questions
from regimens.rules.vocabulary import (
    CourseRole,
    DoseBasis,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    PromptCode,
    ReviewAnswer,
    Route,
    StopReason,
    Weekday,
)

PathwayFindingsSerializer = serializer_of(PathwayFindings)
ResponseFindingsSerializer = serializer_of(ResponseFindings)
QuestionsSerializer = serializer_of(Questions)
OpenQuestionSerializer = serializer_of(OpenQuestion)


class DoseSerializer(StrictSerializer):
    """A dose as given. No amount means that the dose is not recorded; an amount always has its unit."""

    amount = QuantityField(max_digits=10, decimal_places=3, required=False, allow_null=True)
    unit = WordField(DoseUnit, required=False, allow_null=True)
    basis = WordField(DoseBasis, required=False)
    frequency = WordField(Frequency, required=False)
    frequency_text = serializers.CharField(max_length=200, required=False, allow_blank=True)
    weekday = WordField(Weekday, required=False, allow_null=True)


class GuardFactSerializer(StrictSerializer):
    kind = serializers.CharField(read_only=True)
    id = serializers.CharField(read_only=True)


class GuardMessageSerializer(StrictSerializer):
    """One message of the dose guard, as it is kept: how grave it is, what it says, and the rule that it rests on."""

    code = WordField(GuardCode, read_only=True)
    level = WordField(GuardLevel, read_only=True)
    text = serializers.CharField(read_only=True)
    rule = serializers.CharField(read_only=True)
    rule_text = serializers.CharField(read_only=True)
    kind = WordField(RuleKind, read_only=True)
    source = serializers.CharField(read_only=True)
    protocol_version = serializers.CharField(read_only=True)
    predicates = serializers.ListField(child=serializers.CharField(), read_only=True)
    facts = GuardFactSerializer(many=True, read_only=True)


class OverrideReasonField(serializers.CharField):
    """Why something is right although the dose guard stops it."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = (
            "Needed only for what the dose guard stops: methotrexate more often than once a week, many times the usual "
            "dose (more than ten, or the drug's own number), or a drug with a recorded intolerance. It is kept with "
            "the course."
        )
        usual: dict[str, Any] = {
            "max_length": REASON_LENGTH,
            "required": False,
            "allow_blank": True,
            "write_only": True,
        }
        super().__init__(help_text=help_text, **usual, **kwargs)


class DosePeriodSerializer(DoseSerializer):
    """The dose from a day on, until the next one or the stop."""

    id = serializers.IntegerField(read_only=True)
    from_on = ClinicalDateField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    recorded_at = serializers.DateTimeField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As the action takes it: the day, the note, and the dose."""
        values = dict(attrs)
        taken = {"on": values.pop("from_on"), "note": values.pop("note", "")}
        return taken | {"dose": NewDose(**values)}


class DoseChangeSerializer(DosePeriodSerializer):
    """A dose from a day on. With `version`, that of the course as you read it, a stale write is answered with 409."""

    version = serializers.IntegerField(min_value=1, required=False, write_only=True)
    replaces = IdField(
        required=False, write_only=True, help_text="The dose from the same day that this one is saved over."
    )
    override_reason = OverrideReasonField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        values = dict(attrs)
        beside = {name: values.pop(name) for name in ("version", "replaces", "override_reason") if name in values}
        return super().validate(values) | beside


class OutcomeSerializer(StrictSerializer):
    """A clinician's dated judgement on a course."""

    id = serializers.IntegerField(read_only=True)
    on = ClinicalDateField()
    kind = WordField(OutcomeKind)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)
    reaction = serializers.CharField(max_length=200, required=False, allow_blank=True)
    precision = WordField(DatePrecision, required=False)
    recorded_at = serializers.DateTimeField(read_only=True)


class TaperStepSerializer(StrictSerializer):
    """From a day on, this many mg a day; 0 means stop."""

    on = ClinicalDateField()
    milligrams_per_day = QuantityField(max_digits=6, decimal_places=2, min_value=0)


class TaperPlanSerializer(StrictSerializer):
    """A planned taper, each step later and lower than the one before it."""

    id = serializers.IntegerField(read_only=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    steps = TaperStepSerializer(many=True, allow_empty=False, max_length=60)
    recorded_at = serializers.DateTimeField(read_only=True)

    def validate_steps(self, steps: list[dict[str, Any]]) -> list[NewTaperStep]:
        return [NewTaperStep(**step) for step in steps]


class CourseSerializer(EntrySerializer):
    """A course with its doses, outcomes, infusions, their plan and taper. `version` goes back with the stop."""

    patient = serializers.IntegerField(source="patient_id", read_only=True)
    drug = serializers.CharField(read_only=True, help_text="An id of the catalogue; empty for a drug outside it.")
    drug_text = serializers.CharField(read_only=True)
    role = WordField(CourseRole, read_only=True)
    route = WordField(Route, read_only=True)
    start_on = serializers.DateField(read_only=True)
    start_precision = WordField(DatePrecision, read_only=True)
    stop_on = serializers.DateField(read_only=True, allow_null=True, help_text="The first day without the drug.")
    stop_precision = WordField(DatePrecision, read_only=True)
    stop_reason = WordField(StopReason, read_only=True, allow_null=True)
    stop_note = serializers.CharField(read_only=True)
    never_given = serializers.BooleanField(read_only=True)
    note = serializers.CharField(read_only=True)
    doses = DosePeriodSerializer(many=True, read_only=True)
    outcomes = OutcomeSerializer(many=True, read_only=True)
    infusions = CourseInfusionSerializer(many=True, read_only=True)
    infusion_plans = CourseInfusionPlanSerializer(many=True, read_only=True)
    taper_plans = TaperPlanSerializer(many=True, read_only=True)
    version = serializers.IntegerField(read_only=True)


class GuardedCourseSerializer(CourseSerializer):
    """The course, with what the dose guard said of the write."""

    guard = GuardMessageSerializer(many=True, read_only=True)


class NewCourseSerializer(StrictSerializer):
    """A course to start: a catalogue drug, or in words one outside the catalogue."""

    patient = IdField(source="patient_id")
    start_on = ClinicalDateField(source="on")
    drug = serializers.CharField(max_length=64, required=False, allow_blank=True)
    drug_text = serializers.CharField(max_length=120, required=False, allow_blank=True)
    role = WordField(CourseRole, required=False)
    route = WordField(Route, required=False)
    start_precision = WordField(DatePrecision, source="precision", required=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    dose = DoseSerializer(required=False)
    override_reason = OverrideReasonField()

    def validate_dose(self, dose: dict[str, Any]) -> NewDose:
        return NewDose(**dose)


class NeverGivenSerializer(StrictSerializer):
    """A drug that was found contraindicated, or was declined, and never given."""

    patient = IdField(source="patient_id")
    on = ClinicalDateField()
    drug = serializers.CharField(max_length=64)
    kind = WordField(OutcomeKind, help_text="`contraindicated` or `declined`.")
    reason = serializers.CharField(max_length=500)


class StopSerializer(StrictSerializer):
    """The first day without the drug, and why. `version` is the course's version that you read."""

    on = ClinicalDateField()
    reason = WordField(StopReason)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    precision = WordField(DatePrecision, required=False)
    version = serializers.IntegerField(min_value=1)


class ReopeningSerializer(WithdrawalSerializer):
    """Why the stop should never have been entered. `version` is the course's version that you read."""

    version = serializers.IntegerField(min_value=1)


class CourseWithdrawalSerializer(WithdrawalSerializer):
    with_judgements = serializers.BooleanField(
        required=False, help_text="Says that the judgements on the course were seen, and are withdrawn with it."
    )


class MilestoneSerializer(PatientFactSerializer):
    on = ClinicalDateField()
    kind = WordField(MilestoneKind)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    precision = WordField(DatePrecision, required=False)


class AnswerOutcomeSerializer(StrictSerializer):
    """A judgement on the course that was asked about. Without `on`, it is of the day of the answer."""

    kind = WordField(OutcomeKind)
    on = ClinicalDateField(required=False, allow_null=True)
    reaction = serializers.CharField(max_length=200, required=False, allow_blank=True)
    precision = WordField(DatePrecision, required=False)

    def validate(self, attrs: dict[str, Any]) -> NewOutcome:
        return NewOutcome(**attrs)


class AnswerMilestoneSerializer(StrictSerializer):
    """A statement about the disease. Without `on`, it is of the day of the answer."""

    kind = WordField(MilestoneKind)
    on = ClinicalDateField(required=False, allow_null=True)
    precision = WordField(DatePrecision, required=False)

    def validate(self, attrs: dict[str, Any]) -> NewMilestone:
        return NewMilestone(**attrs)


class AnswerSerializer(StrictSerializer):
    """An answer to an open question. `fingerprint` is the question's, as you read it."""

    prompt = WordField(PromptCode)
    subject = serializers.CharField(max_length=64, allow_blank=True, required=False, default="")
    fingerprint = serializers.CharField(max_length=64)
    answer = WordField(ReviewAnswer)
    on = ClinicalDateField(required=False, allow_null=True, help_text="Today without it.")
    until = ClinicalDateField(required=False, allow_null=True, help_text="With `deferred`: the day it is put again.")
    reason = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="Needed unless the question is accepted; also the reason of the outcome, or the milestone's note.",
    )
    outcome = AnswerOutcomeSerializer(required=False, allow_null=True)
    milestone = AnswerMilestoneSerializer(required=False, allow_null=True)


class ChosenAssessmentsSerializer(LookingBackSerializer):
    """Which two assessments to compare, by id, on top of the days to answer for."""

    baseline = serializers.IntegerField(
        required=False, min_value=1, help_text="The earlier assessment. Left out: the baseline of the present line."
    )
    follow_up = serializers.IntegerField(
        required=False, min_value=1, help_text="The later assessment. Left out: the latest one."
    )
