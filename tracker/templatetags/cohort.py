"""What the cohort pages need in their templates: shading, plain numbers in drawings, one filter changed."""

from dataclasses import replace
from typing import Any

from django import template

from tracker.caseload.curves import Curve
from tracker.caseload.curves import curve_rows as rows_of_curve
from tracker.caseload.filters import AskedCohort

register = template.Library()

_SHADES = 4


@register.filter
def shade(count: int, most: int) -> int:
    """How dark a cell is, from 0 (nobody) to 4 (the most of the table)."""
    return 0 if not count or not most else 1 + (count - 1) * _SHADES // most


@register.filter
def unlocalised(value: float) -> str:
    """A number of a drawing, in the digits that SVG reads whatever the language."""
    return f"{value:g}"


@register.filter
def curve_rows(curve: Curve) -> list[list[str]]:
    """The steps of a curve as the table beside it shows them."""
    return rows_of_curve(curve)


@register.simple_tag
def with_filter(asked: AskedCohort, name: str, value: Any) -> str:
    """The address of the page with one filter changed."""
    return asked.query_of(replace(asked.filters, **{name: value}))
