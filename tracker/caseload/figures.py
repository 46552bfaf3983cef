"""Every table of counts by its name in addresses, with the page it stands on: what a CSV file or a list is asked by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext_noop

from regimens.protocol.cohort import load_cohort
from tracker.caseload import figures_monitoring, figures_now, figures_treatment
from tracker.caseload.cohort import Cohort
from tracker.caseload.curves import Curves, drug_curves, line_curves
from tracker.caseload.grids import Grid
from tracker.caseload.kept import Part


@dataclass(frozen=True, slots=True)
class Figure:
    """How a table is made, what it needs of each patient, and the name of its page."""

    build: Callable[[Cohort], Grid]
    page: str
    parts: frozenset[Part] = frozenset()


@dataclass(frozen=True, slots=True)
class CurveFigure:
    """The same for curves, which have a file and no list: each person stands in the table beside them."""

    build: Callable[[Cohort], Curves]
    page: str
    title: str


_COURSES = frozenset({Part.COURSE})


def figures() -> Mapping[str, Figure]:
    """The tables of counts by their code, which is the code of the grid that they make."""
    after: dict[str, Figure] = {}
    for months in load_cohort().settings.response_months:
        response = partial(figures_treatment.response, months=months)
        improvement = partial(figures_treatment.definition_of_improvement, months=months)
        after[f"response_{months}"] = Figure(response, "cohort_response", _COURSES)
        after[f"imacs_{months}"] = Figure(improvement, "cohort_response", _COURSES)
    return {
        "line_phase": Figure(figures_now.line_phase, "cohort"),
        "subtype": Figure(figures_now.subtype, "cohort"),
        "antibody": Figure(figures_now.antibody, "cohort"),
        "drug_now": Figure(figures_now.drug_now, "cohort"),
        "steroid_now": Figure(figures_now.steroid_now, "cohort_steroid"),
        "steroid_after": Figure(figures_treatment.steroid_after, "cohort_steroid", _COURSES),
        "in_date_drug": Figure(figures_monitoring.in_date_drug, "cohort_monitoring"),
        "in_date_quarter": Figure(figures_monitoring.in_date_quarter, "cohort_monitoring", frozenset({Part.QUARTERS})),
        "late_item": Figure(figures_monitoring.late_item, "cohort_monitoring"),
        "late_drug": Figure(figures_monitoring.late_drug, "cohort_monitoring"),
        "late_clinic": Figure(figures_monitoring.late_clinic, "cohort_monitoring"),
        "stops": Figure(figures_treatment.stops, "cohort_survival", _COURSES),
        "next_line": Figure(figures_treatment.next_line, "cohort_time_to_line", _COURSES),
        **after,
    }


CURVES: Mapping[str, CurveFigure] = {
    "drug_curves": CurveFigure(drug_curves, "cohort_survival", gettext_noop("How long drugs are kept")),
    "line_curves": CurveFigure(line_curves, "cohort_time_to_line", gettext_noop("Time to the next line")),
}


def parts_behind(address: str) -> frozenset[Part]:
    """What the list behind the cell with that address needs of each patient beside where they stand."""
    figure = figures().get(address.partition(".")[0])
    return figure.parts if figure is not None else frozenset()
