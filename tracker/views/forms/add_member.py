from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker import staffing
from tracker.staff_forms import AddMemberForm
from tracker.views.forms.staff_page import ClinicStaffPage


class AddMember(ClinicStaffPage[AddMemberForm]):
    """Somebody who has an account gets a role in the clinic."""

    template_name = "tracker/add_member.html"
    title = _("Add somebody who has an account")
    submit_label = _("Add to the clinic")
    done = _("They belong to the clinic now. Wherever they were signed in, they sign in again.")

    def form(self, data: QueryDict | None = None) -> AddMemberForm:
        return AddMemberForm(data, today=self.today)

    def write(self, form: AddMemberForm) -> None:
        staffing.add_member(by=self.staff, clinic_id=self.clinic.pk, **form.cleaned_data)
