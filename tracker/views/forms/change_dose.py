from typing import Any, cast

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from monitoring.selectors import against
from patients.errors import Stale
from patients.rules.permissions import Permission
from regimens.actions import change_dose
from regimens.dose_forms import ChangeDoseForm
from regimens.facts import dose_record
from regimens.models import DosePeriod
from regimens.rules.record import DosePeriod as DoseRecord
from regimens.rules.vocabulary import Frequency, Route
from regimens.selectors import course_for
from tracker import display
from tracker.views.forms.dose_page import DosePage
from tracker.views.forms.guarded import GuardedPage
from tracker.views.forms.page import Change


class ChangeDose(GuardedPage[ChangeDoseForm], DosePage[ChangeDoseForm]):
    """A dose from a day on."""

    template_name = "regimens/change_dose.html"
    title = _("Change the dose")
    submit_label = _("Change the dose")
    done = _("The dose is changed.")
    permission = Permission.RECORD_TREATMENT
    dose_kind = "dose"
    fields_of_inputs = {"from_on": "on"}

    def form(self, data: QueryDict | None = None) -> ChangeDoseForm:
        present = self._present()
        record = None if present is None else dose_record(present)
        return ChangeDoseForm(data, today=self.today, version=self.course.version, present=record)

    def write(self, form: ChangeDoseForm) -> None:
        typed = form.cleaned_data
        change_dose(
            by=self.staff,
            course_id=self.course.pk,
            on=typed["on"],
            dose=form.dose(),
            note=typed["note"],
            version=typed["version"],
            override_reason=typed["override_reason"],
            seen=form.seen_fingerprints(),
            if_raised=against(self.staff, self.patient),
            replaces=typed["replaces"],
        )

    def show_again(self, form: ChangeDoseForm, stale: Stale) -> HttpResponse:
        """The other's dose of the same day is shown beside the person's own, which may now be saved over it."""
        self.course = course_for(self.staff, self.course.pk)
        of_the_day = [row.pk for row in self.course.doses.all() if row.from_on == form.cleaned_data["on"]]
        typed = cast(QueryDict, form.data).copy()
        typed["replaces"] = str(of_the_day[-1]) if of_the_day else ""
        form.data = typed
        return super().show_again(form, stale)

    def changes(self) -> list[Change]:
        return self.latest_change()

    def standing(self) -> dict[str, str]:
        """The dose that was entered last, as its form would have it."""
        self.course = course_for(self.staff, self.course.pk)
        newest = max(self.course.doses.all(), key=lambda row: (row.recorded_at, row.pk), default=None)
        return {} if newest is None else _words(dose_record(newest), newest)

    def previous(self) -> dict[str, str]:
        """The dose that holds on the day, each part beside its field."""
        present = self._present()
        return {} if present is None else _words(dose_record(present), present)

    def _present(self) -> DosePeriod | None:
        """The dose that holds today; of a course that begins later, its first."""
        doses = sorted(self.course.doses.all(), key=lambda row: (row.from_on, row.pk))
        held = [row for row in doses if row.from_on <= self.today]
        return held[-1] if held else next(iter(doses), None)

    def context(self) -> dict[str, Any]:
        return {
            "route": Route(self.course.route),
            "doses": [(display.day(row.from_on), display.dose(dose_record(row))) for row in self.course.doses.all()],
        }


def _words(dose: DoseRecord, row: DosePeriod) -> dict[str, str]:
    """A recorded dose by the fields of the form. Without an amount it has no unit, and nothing is said of either."""
    weekday = dose.weekday.label if dose.weekday else "weekday not recorded"
    return {
        "on": display.day(row.from_on),
        "amount": display.dose_amount(dose),
        "unit": dose.unit.label if dose.unit else "",
        "basis": dose.basis.label if dose.unit else "",
        "frequency": dose.frequency.label,
        "weekday": weekday if dose.frequency is Frequency.ONCE_WEEKLY else "",
        "frequency_text": dose.frequency_text,
        "note": row.note,
    }
