from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tracker import staffing
from tracker.staff_forms import RoleForm
from tracker.views.forms.staff_page import MemberPage


class ChangeRole(MemberPage[RoleForm]):
    """Another role in the clinic."""

    template_name = "tracker/change_role.html"
    title = _("Change the role")
    submit_label = _("Change the role")
    done = _("The role is changed, and their sessions have ended.")

    def form(self, data: QueryDict | None = None) -> RoleForm:
        return RoleForm(data, today=self.today, initial={"role": self.membership.role})

    def write(self, form: RoleForm) -> None:
        staffing.change_role(**self.whom, **form.cleaned_data)
