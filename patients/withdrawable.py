"""Endpoints whose rows can be taken back. Apart from the endpoints' base, which the API's schema class builds on."""

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients.endpoint import PatientFacts
from patients.serializers import WithdrawalSerializer


class WithdrawableFacts(PatientFacts):
    """Dated facts that can be taken back as entered in error. `withdrawal` is the action."""

    withdrawal: ClassVar[Callable[..., Any]]

    @extend_schema(
        summary="Withdraw an entry made in error",
        description="Nothing is deleted: the entry stays, withdrawn, with who, when and why. It is no longer listed.",
        request=WithdrawalSerializer,
        responses={204: None},
    )
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: int) -> Response:
        row = type(self).withdrawal(by=self.staff, entry_id=pk, **self.parsed(WithdrawalSerializer))
        self.changed(row.patient_id)
        return Response(status=204)
