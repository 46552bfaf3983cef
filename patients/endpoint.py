"""What every API endpoint over the record does alike: rows from a selector, writes through an action."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from patients.models import Patient, Staff
from patients.seen import seen
from patients.selectors import own_clinics_only


def patients_in(rows: Iterable[Model]) -> list[int]:
    """Whom these rows are about: patients themselves, what names its patient, and what lies under a course."""
    return [pk for row in rows if (pk := _patient_in(row)) is not None]


def _patient_in(row: Any) -> int | None:
    if isinstance(row, Patient):
        return row.pk
    named = row if hasattr(row, "patient_id") else getattr(row, "course", None)
    return getattr(named, "patient_id", None)


class RecordEndpoint(GenericViewSet[Any]):
    """Base of the endpoints. `on_change` is told the patient's id after each write; the site's router gives it."""

    rows: ClassVar[Callable[[Staff], QuerySet[Any]]]
    on_change: Callable[[int], None] | None = None
    # In which order a list comes and its cursor points: a key that names each row once.
    ordering: tuple[str, ...] = ("-on", "-pk")
    # Where a field that an action names lies in the request body, when it is nested there.
    error_paths: ClassVar[dict[str, str]] = {}
    query_names: frozenset[str] = frozenset()
    lookup_value_converter = "int"
    http_method_names = ["get", "post", "head", "options"]

    @property
    def staff(self) -> Staff:
        return cast(Staff, self.request.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        own_clinics_only(self.staff)
        unknown = sorted(set(request.query_params) - self._known_query_names())
        if unknown:
            # A misspelt filter must not answer with everybody.
            raise ValidationError({name: ["This query parameter is not known here."] for name in unknown})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"  # what is known of a patient stays in no cache on the way
        return answer

    def get_queryset(self) -> QuerySet[Any]:
        return type(self).rows(self.staff)

    def get_object(self) -> Any:
        row = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        seen(patients_in([row]))
        return row

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        page = super().paginate_queryset(queryset) or []
        seen(patients_in(page))
        return page

    def parsed(self, serializer: type[BaseSerializer[Any]] | None = None) -> dict[str, Any]:
        """The request's body as an action takes it. Raises ValidationError with every message by field."""
        read = (serializer or self.get_serializer_class())(data=self.request.data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def asked(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The query string, read. Raises ValidationError with every message by parameter."""
        read = serializer(data=self.request.query_params.dict())
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def changed(self, patient_id: int) -> None:
        """Tells whoever must act on a change of this patient's record."""
        if self.on_change is not None:
            self.on_change(patient_id)

    def shown(self, row: Model, status: int = 201) -> Response:
        """The row as the list shows it, read again through the selector."""
        fresh = self.get_queryset().get(pk=row.pk)
        seen(patients_in([fresh]))
        return Response(self.get_serializer(fresh).data, status=status)

    def _known_query_names(self) -> set[str]:
        names = set(self.query_names)
        if self.action == "list":
            names |= {"cursor", "page_size"}
            filters = getattr(self, "filterset_class", None)
            names |= set(filters.base_filters) if filters else set()
        return names


class ListedRows(RecordEndpoint):
    """Rows to list and to read."""

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


class PatientFacts(ListedRows):
    """Dated facts of one patient, to list, read and add. `record` is the action; its body names the patient."""

    record: ClassVar[Callable[..., Any]]

    def create(self, request: Request) -> Response:
        row = type(self).record(by=self.staff, **self.parsed())
        self.follow_up(row)
        return self.shown(row)

    def follow_up(self, row: Any) -> None:
        """What has to follow the write."""
        self.changed(row.patient_id)


def titled(rows: str, row: str, note: str = "") -> Callable[[type], type]:
    """Names an endpoint's operations in the schema: `rows` and the note for the list, `row` for the others."""

    def name(view: type) -> type:
        titles = {"list": f"List {rows}", "retrieve": f"Read {row}", "create": f"Record {row}"}
        notes = {"list": note}
        shown = {verb: extend_schema(summary=title, description=notes.get(verb, "")) for verb, title in titles.items()}
        return extend_schema_view(**{verb: says for verb, says in shown.items() if hasattr(view, verb)})(view)

    return name
