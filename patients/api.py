"""Who patients are, over the API: the same selectors and actions as the pages."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients import actions
from patients.endpoint import ListedRows, titled
from patients.filters import ConditionFilters, OfPatient, OfPatientByDay, PatientFilters
from patients.seen import seen
from patients.selectors import (
    assessments_for,
    autoantibodies_for,
    clinics_of,
    conditions_for,
    heights_for,
    patients_for,
    permissions_in,
    search_patients,
    weights_for,
)
from patients.serializers import (
    AssessmentSerializer,
    AutoantibodySerializer,
    ClinicSerializer,
    ConditionEndSerializer,
    ConditionSerializer,
    HeightSerializer,
    PatientSearchSerializer,
    PatientSerializer,
    PatientsFoundSerializer,
    StatusChangeSerializer,
    WeightSerializer,
)
from patients.withdrawable import WithdrawableFacts

MOST_FOUND = 50


@titled("the clinics that you belong to", "a clinic", "With what your role there may do.")
class ClinicEndpoint(ListedRows):
    rows = clinics_of
    serializer_class = ClinicSerializer
    ordering = ("name", "pk")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "permissions_in": lambda pk: permissions_in(self.staff, pk)}


@titled("patients of your clinics, the latest registered first", "a patient")
class PatientEndpoint(ListedRows):
    rows = patients_for
    serializer_class = PatientSerializer
    filterset_class = PatientFilters
    # Not by name: the cursor stands in the address.
    ordering = ("-recorded_at", "-pk")

    def create(self, request: Request) -> Response:
        patient = actions.register_patient(by=self.staff, **self.parsed())
        self.changed(patient.pk)
        return self.shown(patient)

    @extend_schema(
        summary="Search for patients",
        description=f"By name, number or day of birth, as the patient list does; at most {MOST_FOUND}. Posted, "
        "because a name has no place in an address.",
        request=PatientSearchSerializer,
        responses=PatientsFoundSerializer,
    )
    @action(detail=False, methods=["post"])
    def search(self, request: Request) -> Response:
        found = list(search_patients(self.staff, self.parsed(PatientSearchSerializer)["text"])[: MOST_FOUND + 1])
        seen(patient.pk for patient in found[:MOST_FOUND])
        rows = self.get_serializer(found[:MOST_FOUND], many=True).data
        return Response({"results": rows, "more": len(found) > MOST_FOUND})

    @extend_schema(
        summary="Change whether a patient is under care",
        description="Leaving care needs the day and the reason. `version` is the patient's version that you read.",
        request=StatusChangeSerializer,
        responses=PatientSerializer,
    )
    @action(detail=True, methods=["post"])
    def status(self, request: Request, pk: int) -> Response:
        change = self.parsed(StatusChangeSerializer)
        patient = actions.change_status(by=self.staff, patient_id=pk, **change)
        self.changed(patient.pk)
        return self.shown(patient, status=200)


@titled("severity assessments, newest first", "an assessment")
class AssessmentEndpoint(WithdrawableFacts):
    rows = assessments_for
    record = actions.record_assessment
    withdrawal = actions.withdraw_assessment
    serializer_class = AssessmentSerializer
    filterset_class = OfPatientByDay


@titled("body weights, newest first", "a body weight", "In kg.")
class WeightEndpoint(WithdrawableFacts):
    rows = weights_for
    record = actions.record_weight
    withdrawal = actions.withdraw_weight
    serializer_class = WeightSerializer
    filterset_class = OfPatientByDay


@titled("heights, newest first", "a height", "In cm.")
class HeightEndpoint(WithdrawableFacts):
    rows = heights_for
    record = actions.record_height
    withdrawal = actions.withdraw_height
    serializer_class = HeightSerializer
    filterset_class = OfPatientByDay


@titled("conditions, the latest begun first", "a condition", "No `to_on` means still present.")
class ConditionEndpoint(WithdrawableFacts):
    rows = conditions_for
    record = actions.record_condition
    withdrawal = actions.withdraw_condition
    serializer_class = ConditionSerializer
    filterset_class = ConditionFilters
    ordering = ("-from_on", "-pk")

    @extend_schema(
        summary="Record the last day of a condition",
        description="The condition with its end takes the place of the open one, and has an id of its own.",
        request=ConditionEndSerializer,
        responses={201: ConditionSerializer},
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: int) -> Response:
        row = actions.end_condition(by=self.staff, condition_id=pk, **self.parsed(ConditionEndSerializer))
        self.changed(row.patient_id)
        return self.shown(row)


@titled("autoantibody findings, the latest entered first", "an autoantibody finding")
class AutoantibodyEndpoint(WithdrawableFacts):
    rows = autoantibodies_for
    record = actions.record_autoantibody
    withdrawal = actions.withdraw_autoantibody
    serializer_class = AutoantibodySerializer
    filterset_class = OfPatient
    ordering = ("-recorded_at", "-pk")
