"""Paging by the key of the last row seen: pages stay right while rows are added, and the hundredth is as quick."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import Field, Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

PAGE_SIZE = 50
LARGEST_PAGE = 200


class KeysetPagination(BasePagination):
    """Pages in the view's `ordering`: fields and annotations that are never null and together name each row once.

    DRF's own cursor counts rows that share a first key by offset; here the whole key is in the cursor.
    """

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.ordering: tuple[str, ...] = view.ordering
        size = _page_size(request)
        backwards, key = self._read_cursor(queryset)
        rows = queryset
        if key is not None:
            rows = rows.filter(_beyond(self.ordering, key, backwards))
        order = tuple(_turned(name) for name in self.ordering) if backwards else self.ordering
        found = list(rows.order_by(*order)[: size + 1])
        more = len(found) > size
        self.page = found[:size]
        if backwards:
            self.page.reverse()
        self.has_next = bool(self.page) and (backwards or more)
        self.has_previous = bool(self.page) and (more if backwards else key is not None)
        return self.page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_link(), "previous": self.previous_link(), "results": data})

    def next_link(self) -> str | None:
        return self._link("next", self.page[-1]) if self.has_next else None

    def previous_link(self) -> str | None:
        return self._link("previous", self.page[0]) if self.has_previous else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "Where the page begins; taken from `next` or `previous`.",
                "schema": {"type": "string"},
            },
            {"name": "page_size", "in": "query", "required": False, "description": "Rows a page.", "schema": size},
        ]

    def _link(self, direction: str, row: Model) -> str:
        key = [_written(getattr(row, name.lstrip("-"))) for name in self.ordering]
        cursor = urlsafe_b64encode(json.dumps([direction, *key]).encode()).decode().rstrip("=")
        return replace_query_param(remove_query_param(self.request.build_absolute_uri(), "cursor"), "cursor", cursor)

    def _read_cursor(self, rows: QuerySet[Any]) -> tuple[bool, list[Any] | None]:
        cursor = self.request.query_params.get("cursor")
        if cursor is None:
            return False, None
        try:
            direction, *key = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if direction not in ("next", "previous") or len(key) != len(self.ordering):
                raise ValueError
            names = (name.lstrip("-") for name in self.ordering)
            values = [_read(rows, name, value) for name, value in zip(names, key, strict=True)]
        except (ValueError, TypeError, binascii.Error, ModelValidationError):
            raise ValidationError({"cursor": ["This cursor cannot be read. Begin at the first page."]}) from None
        return direction == "previous", values


def _beyond(ordering: tuple[str, ...], key: list[Any], backwards: bool) -> Q:
    """The rows after the key in this order (before it when going backwards)."""
    found, equal = Q(), Q()
    for name, value in zip(ordering, key, strict=True):
        field = name.lstrip("-")
        falling = name.startswith("-") != backwards
        found |= equal & Q(**{f"{field}__{'lt' if falling else 'gt'}": value})
        equal &= Q(**{field: value})
    first, falling = ordering[0], ordering[0].startswith("-") != backwards
    # Says nothing new, but lets the index find where the page begins.
    return found & Q(**{f"{first.lstrip('-')}__{'lte' if falling else 'gte'}": key[0]})


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _written(value: Any) -> Any:
    return value if isinstance(value, int | str) else value.isoformat()


def _read(rows: QuerySet[Any], name: str, value: Any) -> Any:
    field: Any = rows.query.annotations[name].output_field if name in rows.query.annotations else _column(rows, name)
    if not isinstance(field, Field) or not isinstance(value, int | str) or isinstance(value, bool):
        raise TypeError
    read = field.to_python(value)
    field.run_validators(read)
    if isinstance(read, str) and "\x00" in read:
        raise ValueError
    return read


def _column(rows: QuerySet[Any], name: str) -> Any:
    return rows.model._meta.pk if name == "pk" else rows.model._meta.get_field(name)


def _page_size(request: Request) -> int:
    asked = request.query_params.get("page_size")
    if asked is None:
        return PAGE_SIZE
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 3 and 1 <= int(asked) <= LARGEST_PAGE):
        raise ValidationError({"page_size": [f"A whole number from 1 to {LARGEST_PAGE}."]})
    return int(asked)
