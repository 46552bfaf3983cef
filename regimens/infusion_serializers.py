"""The shape of infusions in and out of the API: what was given, and how a course is meant to go on."""

from typing import Any

from rest_framework import serializers

from patients.fields import ClinicalDateField, QuantityField, StrictSerializer, WordField
from regimens.actions import NewInfusionPlan
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, ReactionGrade, WeightBasis


class CourseInfusionSerializer(StrictSerializer):
    """One infusion cycle that was given: first day, consecutive days, whole amount, weight used in kg."""

    id = serializers.IntegerField(read_only=True)
    first_on = ClinicalDateField()
    days = serializers.IntegerField(required=False, min_value=1, max_value=10)
    total = QuantityField(max_digits=10, decimal_places=3, required=False, allow_null=True)
    unit = WordField(DoseUnit, required=False, allow_null=True)
    dosing_weight = QuantityField(max_digits=5, decimal_places=2, required=False, allow_null=True)
    dosing_weight_on = ClinicalDateField(required=False, allow_null=True)
    product = serializers.CharField(max_length=80, required=False, allow_blank=True)
    batch_numbers = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="As printed on the vials."
    )
    reaction = WordField(ReactionGrade, required=False)
    reaction_note = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="Needed for a reaction: what happened."
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    override_reason = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        write_only=True,
        help_text="Needed for an amount far above the planned or printed one. Kept in the note.",
    )
    recorded_at = serializers.DateTimeField(read_only=True)


class InfusionSerializer(CourseInfusionSerializer):
    course = serializers.IntegerField(source="course_id", read_only=True)
    patient = serializers.IntegerField(source="course.patient_id", read_only=True)
    drug = serializers.CharField(source="course.drug", read_only=True)


class PlannedDatesField(serializers.ListField):
    """The first days of the planned cycles, in and out."""

    child = ClinicalDateField()

    def to_representation(self, data: Any) -> list[Any]:
        return super().to_representation([planned.on for planned in data.all()])


class CourseInfusionPlanSerializer(StrictSerializer):
    """How the infusions of a course go on: `interval_days` from the last first day given, or on `dates`.

    One of `amount` and `amount_per_kilogram`, for all days of one cycle together; rounded to whole vials of
    `vial_sizes`, which are in `unit`.
    """

    id = serializers.IntegerField(read_only=True)
    anchor = WordField(InfusionAnchor)
    interval_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=728)
    dates = PlannedDatesField(required=False, max_length=26)
    days_per_cycle = serializers.IntegerField(required=False, min_value=1, max_value=10)
    amount = QuantityField(max_digits=10, decimal_places=3, required=False, allow_null=True)
    amount_per_kilogram = QuantityField(max_digits=8, decimal_places=3, required=False, allow_null=True)
    unit = WordField(DoseUnit)
    weight_basis = WordField(WeightBasis, required=False)
    vial_sizes = serializers.ListField(
        child=QuantityField(max_digits=8, decimal_places=2), required=False, max_length=6
    )
    review_after_cycles = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=12)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    recorded_at = serializers.DateTimeField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As the action takes it."""
        return {"plan": NewInfusionPlan(**attrs)}


class InfusionPlanSerializer(CourseInfusionPlanSerializer):
    course = serializers.IntegerField(source="course_id", read_only=True)
    patient = serializers.IntegerField(source="course.patient_id", read_only=True)
    drug = serializers.CharField(source="course.drug", read_only=True)
    recorded_by = serializers.CharField(source="recorded_by.username", read_only=True)
