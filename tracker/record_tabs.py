"""The patient record as tabs that are addresses, and on which tab each kind of entry stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.models import Patient, Staff
from patients.rules.permissions import Permission
from patients.selectors import may


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab. A `dated` one can be asked for as of another day, and as known on one."""

    word: str
    label: str | Promise
    route: str
    dated: bool = True
    needs: Permission | None = None


@dataclass(frozen=True, slots=True)
class TabShown:
    """One tab as a link; `here` for the page that is open."""

    label: str | Promise
    url: str
    here: bool


TABS: tuple[Tab, ...] = (
    Tab("overview", _("Overview"), "record"),
    Tab("timeline", _("Timeline"), "timeline"),
    Tab("treatment", _("Treatment"), "record_treatment"),
    Tab("assessments", _("Assessments"), "record_assessments"),
    Tab("results", _("Results"), "record_flowsheet"),
    Tab("monitoring", _("Monitoring"), "monitoring_plan", dated=False),
    Tab("response", _("Response"), "response"),
    Tab("map", _("Map"), "algorithm_map"),
    Tab("background", _("Background"), "record_background"),
    Tab("work", _("Work"), "patient_work", dated=False),
    Tab("history", _("History"), "patient_history", dated=False),
    Tab("access", _("Access"), "access_log", dated=False, needs=Permission.READ_ACCESS_LOG),
)
BY_WORD = {tab.word: tab for tab in TABS}

# Where an entry of each kind stands: kinds of tracker/entry_kinds.py, and of facts that reasons point to.
TAB_OF_KIND: dict[str, str] = {
    "course": "treatment",
    "dose": "treatment",
    "outcome": "treatment",
    "infusion": "treatment",
    "infusion_plan": "treatment",
    "taper": "treatment",
    "taper_step": "treatment",
    "taper_decision": "treatment",
    "milestone": "treatment",
    "assessment": "assessments",
    "result": "results",
    "patient": "background",
    "condition": "background",
    "autoantibody": "background",
    "weight": "background",
    "height": "background",
    "status": "background",
    "contact_details": "background",
    "review": "overview",
    "risk_assessment": "monitoring",
    "interval_override": "monitoring",
    "shared_care": "monitoring",
    "pause": "monitoring",
    "target_range": "monitoring",
    "snooze": "work",
    "contact": "work",
    "sample": "work",
    "not_needed": "work",
    "assignment": "work",
}


def tab_address(patient_id: int, word: str, days_query: str = "") -> str:
    """The address of a tab; `days_query` (`?as_of=…&known_on=…`) goes along where the tab can stand for another day.

    Raises NoReverseMatch for a tab that has no page.
    """
    tab = BY_WORD[word]
    return reverse(tab.route, args=[patient_id]) + (days_query if tab.dated else "")


def entry_address(patient_id: int, kind: str, entry_id: int | str, days_query: str = "") -> str:
    """Where one entry stands: its tab, at its anchor. A kind that has no tab of its own leads to the overview.

    `kind` as in tracker/entry_kinds.py and FactReference.kind. Results come in pages, so theirs names which to show.
    """
    word = TAB_OF_KIND.get(kind, "overview")
    address = tab_address(patient_id, word, days_query)
    if kind == "result":
        address += ("&" if "?" in address else "?") + urlencode({"showing": entry_id})
    return f"{address}#{kind}-{entry_id}"


def tabs_shown(staff: Staff, patient: Patient, here: str, days_query: str = "") -> Iterator[TabShown]:
    """The tabs that this person is offered, in their order."""
    for tab in TABS:
        if tab.needs is not None and not may(staff, patient.clinic_id, tab.needs):
            continue
        try:
            address = tab_address(patient.pk, tab.word, days_query)
        except NoReverseMatch:
            continue
        yield TabShown(tab.label, address, tab.word == here)
