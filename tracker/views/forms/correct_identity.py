from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.actions import correct_identity
from patients.errors import AlreadyThere, DomainError
from patients.identity_forms import CorrectIdentityForm
from patients.inputs import PartialDay
from patients.models import Patient
from patients.rules.permissions import Permission
from patients.rules.vocabulary import DatePrecision, Sex
from patients.selectors import latest_identity_correction, patient_for
from tracker import display
from tracker.presenters.typed import standing_in
from tracker.views.forms.page import Change, PatientFormPage


class CorrectIdentity(PatientFormPage[CorrectIdentityForm]):
    """The patient's names, birth, sex and numbers, put right."""

    template_name = "patients/correct_identity.html"
    title = gettext_lazy("Correct who this is")
    submit_label = gettext_lazy("Correct the record")
    done = gettext_lazy("Who the patient is has been corrected.")
    permission = Permission.REGISTER_PATIENT

    candidates: tuple[object, ...] = ()

    def form(self, data: QueryDict | None = None) -> CorrectIdentityForm:
        return CorrectIdentityForm(data, today=self.today, initial=_as_recorded(self.patient))

    def write(self, form: CorrectIdentityForm) -> None:
        typed = dict(form.cleaned_data)
        born = typed.pop("born")
        if "born" not in form.changed_data:  # of a month or year known alone, the stored day stays
            on, precision = self.patient.born, DatePrecision(self.patient.born_precision)
        else:
            on, precision = (None, DatePrecision.DAY) if born is None else (born.on, born.precision)
        correct_identity(by=self.staff, patient_id=self.patient.pk, born=on, born_precision=precision, **typed)

    def put_errors(self, form: CorrectIdentityForm, error: DomainError) -> None:
        """Whoever may be the same person is shown, and the reason to correct all the same asked for."""
        if isinstance(error, AlreadyThere):
            self.candidates = error.candidates
            form.ask_why()
        super().put_errors(form, error)

    def changes(self) -> list[Change]:
        self.patient = patient_for(self.staff, self.patient.pk)
        entry = latest_identity_correction(self.staff, self.patient)
        says = self.who_now()
        return [Change(says) if entry is None else self.entered(says, entry.recorded_by, entry.recorded_at)]

    def standing(self) -> dict[str, str]:
        said = standing_in(self.form())
        return {name: said[name] for name in self.previous()}

    def previous(self) -> dict[str, str]:
        now = self.patient
        return {
            "hospital_number": now.hospital_number,
            "nhs_number": display.nhs_number(now.nhs_number),
            "family_name": now.family_name,
            "given_names": now.given_names,
            "born": display.day(now.born, now.born_precision),
            "sex": Sex(now.sex).label,
        }

    def who_now(self) -> str:
        """Name, birth and numbers in one line."""
        return _("%(name)s, born %(born)s, NHS no. %(nhs_number)s, hospital no. %(hospital_number)s") % {
            "name": display.sorted_name(self.patient.family_name, self.patient.given_names),
            **self.previous(),
        }

    def context(self) -> dict[str, Any]:
        return {"candidates": self.candidates}


def _as_recorded(patient: Patient) -> dict[str, Any]:
    born = None if patient.born is None else PartialDay(patient.born, DatePrecision(patient.born_precision))
    return {
        "hospital_number": patient.hospital_number,
        "nhs_number": display.nhs_number(patient.nhs_number) if patient.nhs_number else "",
        "family_name": patient.family_name,
        "given_names": patient.given_names,
        "born": born,
        "sex": patient.sex,
        "version": patient.version,
    }
