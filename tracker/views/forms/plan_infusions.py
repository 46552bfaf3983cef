from typing import Any

from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.rules.infusions import shape_of
from monitoring.rules.wording import span
from monitoring.schedules import protocol_of
from patients.errors import NotFound
from patients.rules.permissions import Permission
from regimens.actions import plan_infusions
from regimens.infusion_forms import PlanInfusionsForm
from regimens.models import InfusionPlan
from regimens.protocol.load import load
from regimens.rules.infusion_plan import CycleShape, is_infused
from regimens.rules.vocabulary import DoseUnit, InfusionAnchor, Route, WeightBasis
from tracker.views.forms.dose_page import DosePage
from tracker.views.forms.guarded import GuardedPage


class PlanInfusions(GuardedPage[PlanInfusionsForm], DosePage[PlanInfusionsForm]):
    """How the infusions of a course go on; it takes the place of the plan before it."""

    template_name = "regimens/plan_infusions.html"
    title = _("Plan the infusions")
    submit_label = _("Save the plan")
    done = _("The infusions are planned.")
    permission = Permission.RECORD_TREATMENT
    dose_kind = "plan"
    parent_label = _("Infusions")

    def open(self, **ids: Any) -> None:
        super().open(**ids)
        self.drug = load().drugs.get(self.course.drug)
        if self.course.never_given or not is_infused(Route(self.course.route), self.drug):
            raise NotFound("Only a drug given into a vein has an infusion plan.")

    def form(self, data: QueryDict | None = None) -> PlanInfusionsForm:
        protocol = protocol_of(self.patient.clinic)
        shape = shape_of(protocol.drugs.get(self.course.drug), Route(self.course.route), protocol)
        plan = next(iter(self.course.infusion_plans.all()), None)
        offered = self.drug.infusions if self.drug else None
        return PlanInfusionsForm(
            data,
            today=self.today,
            initial=self._of_plan(plan) if plan is not None else self._offered(shape),
            review=(offered.review_after_cycles, offered.review_latest_cycle) if offered else None,
            interval_help=_interval_help(shape),
        )

    def write(self, form: PlanInfusionsForm) -> None:
        plan_infusions(by=self.staff, course_id=self.course.pk, plan=form.plan(), seen=form.seen_fingerprints())

    def leave(self) -> HttpResponseRedirect:
        return redirect("infusions", course_id=self.course.pk)

    def cancel_url(self) -> str:
        return reverse("infusions", args=[self.course.pk])

    def context(self) -> dict[str, Any]:
        texts = [dose.text for dose in self.drug.doses] if self.drug else []
        return {"planned": bool(self.course.infusion_plans.all()), "printed": texts}

    def _offered(self, shape: CycleShape) -> dict[str, Any]:
        """What the protocol says of when, and the vials; the dose is the clinician's to enter."""
        offered = self.drug.infusions if self.drug else None
        return {
            "anchor": InfusionAnchor.LAST_GIVEN,
            "interval_days": shape.interval_days,
            "days_per_cycle": 1 if shape.days_from is None else None,
            "unit": offered.unit if offered else None,
            "vial_sizes": offered.vial_sizes if offered else (),
        }

    def _of_plan(self, plan: InfusionPlan) -> dict[str, Any]:
        """The present plan, to be changed; dates that have passed stay out, as they cannot be planned any more."""
        return {
            "anchor": InfusionAnchor(plan.anchor),
            "interval_days": plan.interval_days,
            "dates": [date.on for date in plan.dates.all() if date.on >= self.today],
            "days_per_cycle": plan.days_per_cycle,
            "amount": plan.amount and plan.amount.normalize(),
            "amount_per_kilogram": plan.amount_per_kilogram and plan.amount_per_kilogram.normalize(),
            "unit": DoseUnit(plan.unit) if plan.unit else None,
            "weight_basis": WeightBasis(plan.weight_basis),
            "vial_sizes": plan.vial_sizes,
            "review_after_cycles": plan.review_after_cycles,
            "note": plan.note,
        }


def _interval_help(shape: CycleShape) -> str:
    if shape.interval_days is None:
        return "The sources of the protocol give no interval for this drug. Enter the one decided on."
    days = f"{shape.interval_days} days"
    every = span(shape.interval_days)
    return f"The protocol proposes {days}{'' if every == days else f' ({every})'}."
