"""The tabs of a patient record, and the way from a page to the tab on which a fact stands."""

from typing import Any

from django import template
from django.template import Context

from patients.models import Patient, Staff
from patients.rules.reasons import FactReference
from tracker.record_tabs import TabShown, entry_address, tab_address, tabs_shown

register = template.Library()


@register.simple_tag(takes_context=True)
def record_tabs(context: Context, here: str) -> list[TabShown]:
    """The tabs of the context's `patient` for whoever is signed in; none where nobody is."""
    user, patient = getattr(context.get("request"), "user", None), context.get("patient")
    if not isinstance(user, Staff) or not isinstance(patient, Patient):
        return []
    return list(tabs_shown(user, patient, here, _days_query(context)))


@register.simple_tag(takes_context=True)
def record_tab_address(context: Context, word: str) -> str:
    """The address of one tab of the context's `patient`, for the same days as the page."""
    return tab_address(context["patient"].pk, word, _days_query(context))


@register.simple_tag(takes_context=True)
def fact_address(context: Context, fact: FactReference) -> str:
    """Where a fact stands: `/patients/7/treatment/#course-12`, for the same days as the page.

    Where the page is about no one patient, the anchor alone.
    """
    return _address(context, fact.kind, fact.id)


@register.simple_tag(takes_context=True)
def entry_link(context: Context, kind: str, entry_id: int | str) -> str:
    """Where an entry of a kind stands."""
    return _address(context, kind, entry_id)


def _address(context: Context, kind: str, entry_id: int | str) -> str:
    patient: Any = context.get("patient")
    if not isinstance(patient, Patient) or patient.pk is None:
        return f"#{kind}-{entry_id}"
    return entry_address(patient.pk, kind, entry_id, _days_query(context))


def _days_query(context: Context) -> str:
    """`page` is the page's RecordPage, or on a list that comes in pages one of those, which stands for today."""
    found: Any = getattr(context.get("page"), "days_query", "")
    return found if isinstance(found, str) else ""
