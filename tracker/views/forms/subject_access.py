from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from patients.errors import Refused
from patients.life_forms import SubjectAccessForm
from patients.rules.permissions import Permission
from tracker.patient_life.subject_access import SubjectPack, earlier_packs, make_subject_pack
from tracker.views.forms.page import INVALID, PatientFormPage


class SubjectAccess(PatientFormPage[SubjectAccessForm]):
    """Everything held about one patient, as a file that they can be given."""

    template_name = "patients/subject_access.html"
    title = _("Everything held about this patient")
    submit_label = _("Make and download the file")
    done = ""
    keeps_drafts = False  # what is sent is no plain save
    permission = Permission.EXPORT_SUBJECT
    pack: SubjectPack

    def form(self, data: QueryDict | None = None) -> SubjectAccessForm:
        return SubjectAccessForm(data, today=self.today)

    def write(self, form: SubjectAccessForm) -> None:
        reason = form.cleaned_data["reason"]
        self.pack = make_subject_pack(by=self.staff, patient_id=self.patient.pk, reason=reason)

    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, INVALID)
        try:
            self.write(form)
        except Refused as error:
            self.put_errors(form, error)
            return self.show(form, INVALID)
        headers = {"Content-Disposition": f'attachment; filename="{self.pack.name}"'}
        return HttpResponse(self.pack.content, content_type="application/zip", headers=headers)

    def context(self) -> dict[str, Any]:
        return {"earlier": earlier_packs(self.staff, self.patient)}
