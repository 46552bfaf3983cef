from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions import record_assessment
from patients.forms import AddAssessmentForm
from patients.models import Assessment
from patients.rules.permissions import Permission
from patients.rules.vocabulary import EnzymeName, MuscleGroup, SevereFeature
from patients.selectors import assessments_for
from tracker import display
from tracker.presenters.completeness import Completeness, core_set_label, core_set_wanted, of_form, of_saved
from tracker.presenters.earlier import on_day
from tracker.views.forms.asked import AskedOncePage
from tracker.views.forms.page import PatientFormPage

_UNITS = {
    "physician_global": "cm",
    "patient_global": "cm",
    "extramuscular_global": "cm",
    "haq": "",
    "cmas": "",
    "das": "",
    "fvc_percent": "%",
    "dlco_percent": "%",
}


class AddAssessment(AskedOncePage[AddAssessmentForm], PatientFormPage[AddAssessmentForm]):
    """A severity assessment on one screen, with the last value of each measure beside its field."""

    template_name = "patients/add_assessment.html"
    title = gettext_lazy("Add an assessment")
    submit_label = gettext_lazy("Record the assessment")
    done = gettext_lazy("The assessment is recorded.")
    permission = Permission.RECORD_CLINICAL
    saved: Assessment

    @cached_property
    def earlier(self) -> list[Assessment]:
        """Every assessment that holds, the newest first."""
        return list(assessments_for(self.staff).filter(patient=self.patient))

    def form(self, data: QueryDict | None = None) -> AddAssessmentForm:
        form = AddAssessmentForm(data, today=self.today)
        numbers, alike = numbers_before(self.earlier)
        form.compare_with(numbers, alike)
        return form

    def previous(self) -> dict[str, str]:
        return previous_values(self.earlier)

    def meter(self, form: AddAssessmentForm) -> Completeness:
        return of_form(form, core_set_label(), core_set_wanted(self.patient, self.today))

    def write(self, form: AddAssessmentForm) -> None:
        self.saved = record_assessment(
            by=self.staff, patient_id=self.patient.pk, values=form.values(), seen=form.seen_fingerprints()
        )

    def say_done(self) -> None:
        """With how complete it is, and the way to what follows from it."""
        found = of_saved(self.patient, self.saved)
        counted = _("%(have)s of %(of)s measures of a review.") % {"have": found.have, "of": found.of}
        words = [self.done, counted, *([found.note] if found.missing else [])]
        link = reverse("response", args=[self.patient.pk])
        messages.success(
            self.request,
            format_html('{} <a href="{}">{}</a>', " ".join(map(str, words)), link, _("Look at the response")),
        )

    def context(self) -> dict[str, Any]:
        return {"enzyme_names": tuple(EnzymeName)}


def previous_values(earlier: list[Assessment]) -> dict[str, str]:
    """The last value of each field of the form with its day, newest assessment first; none where there never was one.

    What was stated as a whole (severe features, not severe) is that of the last assessment alone.
    """
    said: dict[str, str] = {}
    for row in earlier:
        for name, text in _said_of(row).items():
            said.setdefault(name, on_day(text, row.on, row.precision))
    if earlier:
        last = earlier[0]
        stated = {
            "severe_features": "; ".join(SevereFeature(feature).label for feature in last.severe_features),
            "non_severe_confirmed": _("confirmed as not severe") if last.non_severe_confirmed else "",
        }
        said |= {name: on_day(text, last.on, last.precision) for name, text in stated.items() if text}
        said["on"] = display.day(last.on, last.precision)
    return said


def numbers_before(
    earlier: list[Assessment],
) -> tuple[dict[str, Decimal | int], dict[str, tuple[str, str]]]:
    """The last number of each control, and for those that have a form or a unit, which: only alike are compared."""
    numbers: dict[str, Decimal | int] = {}
    alike: dict[str, tuple[str, str]] = {}
    for row in earlier:
        for name in _UNITS:
            if (value := getattr(row, name)) is not None:
                numbers.setdefault(name, value)
        if row.mmt is not None and "mmt" not in numbers:
            numbers["mmt"], alike["mmt"] = row.mmt, ("mmt_maximum", str(row.mmt_maximum or ""))
        for enzyme in row.enzymes.all():
            control = f"{enzyme.name}_0"
            if control not in numbers:
                numbers[control], alike[control] = enzyme.value, (f"{enzyme.name}_1", enzyme.unit)
    return numbers, alike


def _said_of(row: Assessment) -> dict[str, str]:
    said = {
        name: display.quantity(value, unit)
        for name, unit in _UNITS.items()
        if (value := getattr(row, name)) is not None
    }
    if row.mmt is not None:
        said["mmt"] = f"{display.number(row.mmt)} of {row.mmt_maximum}"
    if row.lowest_mrc:
        said["lowest_mrc"] = f"{row.lowest_mrc}, {MuscleGroup(row.lowest_mrc_group).label}"
    for enzyme in row.enzymes.all():
        limit = f", upper limit {display.number(enzyme.upper_limit)}" if enzyme.upper_limit is not None else ""
        said[enzyme.name] = f"{display.quantity(enzyme.value, enzyme.get_unit_display())}{limit}"
    return said
