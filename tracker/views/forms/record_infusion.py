from typing import Any

from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from monitoring.rules.infusions import shape_of
from monitoring.schedules import protocol_of
from monitoring.selectors import records_of
from patients.rules.permissions import Permission
from patients.selectors import weights_for
from regimens.actions import record_infusion
from regimens.infusion_forms import RecordInfusionForm
from regimens.rules.infusion_dose import WorkedDose, worked_dose
from regimens.rules.infusion_plan import next_cycle, rest_of_cycle
from tracker import display
from tracker.views.forms.dose_page import DosePage
from tracker.views.forms.guarded import GuardedPage


class RecordInfusion(GuardedPage[RecordInfusionForm], DosePage[RecordInfusionForm]):
    """One infusion cycle that was given. The plan fills in its weight and days; what was given is typed."""

    template_name = "regimens/record_infusion.html"
    title = _("Record an infusion")
    submit_label = _("Record the infusion")
    done = _("The infusion is recorded.")
    permission = Permission.RECORD_TREATMENT
    dose_kind = "infusion"

    def form(self, data: QueryDict | None = None) -> RecordInfusionForm:
        planned = self._planned_dose()
        dose = planned[0] if planned else None
        form = RecordInfusionForm(data, today=self.today, initial=self._initial(planned))
        weight = weights_for(self.staff).filter(patient=self.patient).first()
        if weight is not None:
            said = f"{display.quantity(weight.kilograms, 'kg')} on {display.day(weight.on)}"
            form.show_previous({"dosing_weight": said})
        if dose is not None and dose.amount is not None and dose.unit is not None:
            form.fields["total"].help_text = _(
                "All of them together; for a whole cycle planned are %(amount)s. Leave it empty if not known."
            ) % {"amount": display.quantity(dose.amount, dose.unit.label)}
        return form

    def write(self, form: RecordInfusionForm) -> None:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
        record_infusion(by=self.staff, course_id=self.course.pk, seen=form.seen_fingerprints(), **typed)

    def leave(self) -> HttpResponseRedirect:
        """On to the infusions of the course, which has one now, by whatever route it was given."""
        return redirect("infusions", course_id=self.course.pk)

    def _planned_dose(self) -> tuple[WorkedDose, int] | None:
        """The dose of a whole cycle by the plan of the course, where it has one, and how many of its days are open."""
        if not self.course.infusion_plans.all():
            return None
        record = records_of(self.staff, [self.patient])[self.patient.pk]
        course = next(one for one in record.treatment.courses if one.id == str(self.course.pk))
        plan = course.infusion_plan
        if plan is None:
            return None
        protocol = protocol_of(self.patient.clinic)
        shape = shape_of(protocol.drugs.get(course.drug), course.route, protocol)
        last = next_cycle(course, shape, self.today).last
        given = last.infusions[-1] if last else None
        dose = worked_dose(plan, record.treatment.patient, self.today, protocol.infusions, given)
        return dose, len(rest_of_cycle(course, shape, self.today)) or plan.days_per_cycle

    def _initial(self, planned: tuple[WorkedDose, int] | None) -> dict[str, Any]:
        if planned is None:
            return {}
        dose, days = planned
        found: dict[str, Any] = {"days": days, "unit": dose.unit}
        if dose.weight is not None:
            found |= {"dosing_weight": dose.weight.kilograms.normalize(), "dosing_weight_on": dose.weight.on}
        return found
