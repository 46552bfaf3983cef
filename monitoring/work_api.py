"""Work on due items over the API: the same selectors and actions as the pages."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring import actions
from monitoring.filters import AssignmentFilters, ContactFilters, ItemFilters
from monitoring.models import Contact
from monitoring.selectors import assignments_for, contacts_for, not_needed_for, samples_taken_for
from monitoring.tasks import reconcile_told
from monitoring.work_serializers import (
    AssignmentSerializer,
    ContactSerializer,
    NewSampleSerializer,
    NotNeededSerializer,
    SamplesTakenSerializer,
    SampleTakenSerializer,
)
from patients.endpoint import titled
from patients.withdrawable import WithdrawableFacts


@titled("contacts, the latest first", "an attempt to reach a patient")
class ContactEndpoint(WithdrawableFacts):
    rows = contacts_for
    record = actions.record_contact
    withdrawal = actions.withdraw_contact
    serializer_class = ContactSerializer
    filterset_class = ContactFilters

    def follow_up(self, row: Contact) -> None:
        super().follow_up(row)
        reconcile_told(row)


@titled("samples on their way, the latest first", "an item of a sample")
class SampleTakenEndpoint(WithdrawableFacts):
    rows = samples_taken_for
    withdrawal = actions.withdraw_sample
    serializer_class = SampleTakenSerializer
    filterset_class = ItemFilters
    ordering = ("-taken_on", "-pk")

    @extend_schema(
        summary="Record that a sample is on its way",
        description="Its items wait for the result. All are recorded, or none.",
        request=NewSampleSerializer,
        responses={201: SamplesTakenSerializer},
    )
    def create(self, request: Request) -> Response:
        said = self.parsed(NewSampleSerializer)
        rows = actions.take_sample(by=self.staff, **said)
        self.changed(said["patient_id"])
        return Response(SamplesTakenSerializer({"samples": rows}).data, status=201)


@titled("items not needed, the latest first", "that an item is not needed")
class NotNeededEndpoint(WithdrawableFacts):
    rows = not_needed_for
    record = actions.not_needed
    withdrawal = actions.withdraw_not_needed
    serializer_class = NotNeededSerializer
    filterset_class = ItemFilters
    ordering = ("-made_on", "-pk")


@titled("assignments, the latest first", "whose work an item is", "Withdrawn, the work is nobody's in particular.")
class AssignmentEndpoint(WithdrawableFacts):
    rows = assignments_for
    record = actions.assign
    withdrawal = actions.withdraw_assignment
    serializer_class = AssignmentSerializer
    filterset_class = AssignmentFilters
    ordering = ("-recorded_at", "-pk")
