"""Values of the audit trail's rows in words: dates, doses with their unit, words of closed lists, names for ids."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.wording import unit as unit_as_read
from patients.models import Clinic, Patient, Staff
from regimens.models import Course
from regimens.protocol.load import load as load_pathway
from regimens.rules.vocabulary import DoseUnit
from tracker import display
from tracker.audit.field_words import PRECISION_OF, UNIT_COLUMN, UNITS
from tracker.presenters.heartbeats import moment

Row = Mapping[str, Any]


@dataclass(slots=True)
class Names:
    """What ids stand for, read in bulk: staff, clinics, and the drug of each course."""

    staff: dict[int, str] = field(default_factory=dict)
    clinics: dict[int, str] = field(default_factory=dict)
    drugs: dict[int, tuple[str, str]] = field(default_factory=dict)  # of a course: code and text

    def person(self, staff_id: Any) -> str:
        return self.staff.get(staff_id, "somebody whose account is not there")

    def drug(self, course_id: Any) -> str:
        code, text = self.drugs.get(course_id, ("", ""))
        return _drug(code) if code else text or "a course"


def value_words(table: str, column: str, row: Row, names: Names, zone: ZoneInfo) -> str:
    """One value of a row as a page shows it; `not recorded` for a missing one. Never the id of another row."""
    value = row.get(column)
    if value is None or value == "" or value == []:
        return display.NOT_RECORDED
    known = fields_of(table).get(column)
    if column in _SPECIAL:
        return _SPECIAL[column](value)
    if known is None:
        return str(value)
    if known.is_relation:
        return _link(known, value, names)
    if known.choices:
        return _choice(known, value)
    return _plain(column, known, value, row, zone)


@cache
def fields_of(table: str) -> "dict[str, models.Field[Any, Any]]":
    """The columns of a table with Django's knowledge of them; empty for a table without a model."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return {str(each.column): each for each in model._meta.concrete_fields}
    return {}


def _plain(column: str, known: "models.Field[Any, Any]", value: Any, row: Row, zone: ZoneInfo) -> str:
    try:
        if isinstance(known, models.BooleanField):
            return "yes" if value else "no"
        if isinstance(known, models.DateTimeField):
            return moment(datetime.fromisoformat(value), zone.key)
        if isinstance(known, models.DateField):
            return display.day(date.fromisoformat(value), row.get(PRECISION_OF.get(column, "")) or "day")
        if isinstance(known, models.TimeField):
            return f"{time.fromisoformat(value):%H:%M}"
        if isinstance(known, ArrayField):
            return ", ".join(_choice(known.base_field, each) for each in value)
        if isinstance(known, models.DecimalField | models.IntegerField):
            return display.quantity(Decimal(str(value)), _unit(column, row))
    except (ValueError, InvalidOperation):  # written before the column had its present shape
        return str(value)
    return "recorded" if isinstance(value, dict | list) else str(value)


def _choice(known: "models.Field[Any, Any]", value: Any) -> str:
    return str(dict(known.flatchoices).get(value, value))


def _link(known: "models.Field[Any, Any]", value: Any, names: Names) -> str:
    model = known.related_model
    if model is Staff:
        return names.person(value)
    if model is Clinic:
        return names.clinics.get(value, "another clinic")
    if model is Course:
        return names.drug(value)
    return "another record" if model is Patient else "recorded"


def _unit(column: str, row: Row) -> str:
    if column in UNITS:
        return UNITS[column]
    own = str(row.get(UNIT_COLUMN.get(column, "")) or "")
    if own not in set(DoseUnit):
        return unit_as_read(own) if own else ""
    basis = {"per_kg": "/kg", "per_m2": "/m²"}.get(str(row.get("basis") or ""), "")
    return f"{DoseUnit(own).label}{basis}"


def _drug(code: str) -> str:
    found = load_pathway().drugs.get(code)
    return found.name if found is not None else code


def _item(code: str) -> str:
    found = load_monitoring().items.get(code)
    return found.name if found is not None else code


def _analyte(code: str) -> str:
    found = load_monitoring().analytes.get(code)
    return found.name if found is not None else code


_SPECIAL: dict[str, Callable[[str], str]] = {
    "drug": _drug,
    "item": _item,
    "analyte": _analyte,
    "nhs_number": display.nhs_number,
}
