from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions import register_patient
from patients.clock import today_in
from patients.errors import AlreadyThere, DomainError, NotAllowed
from patients.forms import RegisterPatientForm
from patients.rules.permissions import Permission
from patients.selectors import clinics_of
from tracker.presenters.completeness import Completeness, Wanted, of_form
from tracker.views.forms.page import FormPage


class RegisterPatient(FormPage[RegisterPatientForm]):
    """A new patient in one of the person's clinics."""

    template_name = "patients/register_patient.html"
    title = gettext_lazy("Register a patient")
    submit_label = gettext_lazy("Register the patient")
    done = gettext_lazy("The patient is registered.")
    permission = Permission.REGISTER_PATIENT
    keeps_drafts = True

    candidates: tuple[object, ...] = ()

    def open(self, **ids: Any) -> None:
        self.clinics = list(clinics_of(self.staff, self.permission))
        if not self.clinics:
            raise NotAllowed("Your role does not register patients.")
        self.today = today_in(self.clinics[0])

    def form(self, data: QueryDict | None = None) -> RegisterPatientForm:
        clinics = [(clinic.pk, clinic.name) for clinic in self.clinics]
        return RegisterPatientForm(data, today=self.today, clinics=clinics)

    def write(self, form: RegisterPatientForm) -> None:
        typed = form.cleaned_data
        born = typed["born"]
        precision = {} if born is None else {"born_precision": born.precision}
        self.patient = register_patient(
            by=self.staff,
            clinic_id=typed["clinic"],
            hospital_number=typed["hospital_number"],
            nhs_number=typed["nhs_number"],
            family_name=typed["family_name"],
            given_names=typed["given_names"],
            born=None if born is None else born.on,
            sex=typed["sex"],
            subtype=typed["subtype"],
            register_because=typed.get("register_because", ""),
            **precision,
        )

    def put_errors(self, form: RegisterPatientForm, error: DomainError) -> None:
        """Whoever may be the same person is shown, and the reason to register all the same asked for."""
        if isinstance(error, AlreadyThere):
            self.candidates = error.candidates
            form.ask_why()
        super().put_errors(form, error)

    def meter(self, form: RegisterPatientForm) -> Completeness:
        return of_form(form, _("What doses, limits and letters rest on"), _wanted())

    def clocks(self) -> tzinfo:
        return ZoneInfo(self.clinics[0].time_zone)

    def context(self) -> dict[str, Any]:
        return {"candidates": self.candidates}


def _wanted() -> tuple[Wanted, ...]:
    """The fields that may be left empty and that something rests on later."""
    return (
        Wanted(_("NHS number"), (("nhs_number",),)),
        Wanted(_("date of birth"), (("born",),)),
        Wanted(_("sex"), (("sex",),)),
        Wanted(_("subtype of myositis"), (("subtype",),)),
    )
