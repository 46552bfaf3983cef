"""What the pages that change who belongs to a clinic have in common."""

from typing import Any, ClassVar, TypeVar

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from monitoring.tasks import reconcile_clinic_soon
from patients.clock import today_in
from patients.models import Clinic, Membership
from patients.rules.permissions import Permission
from patients.selectors import clinic_for
from tracker.staff_forms import StaffReasonForm
from tracker.staffing.held import clinic_ids_of
from tracker.staffing.listing import Member, member_for_change
from tracker.views.forms.page import FormPage

F = TypeVar("F", bound=forms.Form)


class ClinicStaffPage(FormPage[F]):
    """About the staff of one clinic."""

    permission = Permission.MANAGE_STAFF
    parent_label = _("Staff")
    clinic: Clinic

    def open(self, **ids: Any) -> None:
        self.clinic = clinic_for(self.staff, ids["clinic_id"], self.permission)
        self.today = today_in(self.clinic)

    def follow_up(self) -> None:
        """Whose work is whose follows from who belongs to the clinic."""
        reconcile_clinic_soon(self.clinic.pk)

    def leave(self) -> HttpResponseRedirect:
        return redirect("clinic_staff", clinic_id=self.clinic.pk)

    def cancel_url(self) -> str:
        return reverse("clinic_staff", args=[self.clinic.pk])

    def context(self) -> dict[str, Any]:
        return {"clinic": self.clinic}


class MemberPage(ClinicStaffPage[F]):
    """About one member who is somebody else. `account`: it changes the account, not the membership."""

    account: ClassVar[bool] = False
    membership: Membership
    member: Member

    def open(self, **ids: Any) -> None:
        self.membership, self.member = member_for_change(
            self.staff, ids["clinic_id"], ids["membership_id"], account=self.account
        )
        self.clinic = self.membership.clinic
        self.today = today_in(self.clinic)

    @property
    def whom(self) -> dict[str, Any]:
        """What every action about a member takes."""
        return {"by": self.staff, "clinic_id": self.clinic.pk, "membership_id": self.membership.pk}

    def leave(self) -> HttpResponseRedirect:
        return redirect("clinic_member", clinic_id=self.clinic.pk, membership_id=self.membership.pk)

    def cancel_url(self) -> str:
        return reverse("clinic_member", args=[self.clinic.pk, self.membership.pk])

    def context(self) -> dict[str, Any]:
        return {"clinic": self.clinic, "member": self.member}


class ReasonPage(MemberPage[StaffReasonForm]):
    """A step for which nothing is typed but why."""

    form_class: ClassVar[type[StaffReasonForm]] = StaffReasonForm

    def form(self, data: QueryDict | None = None) -> StaffReasonForm:
        return self.form_class(data, today=self.today)


class AccountPage(ReasonPage):
    """A step that changes an account, in every clinic that it belongs to."""

    account = True

    def follow_up(self) -> None:
        for clinic_id in clinic_ids_of(self.membership.staff_id):
            reconcile_clinic_soon(clinic_id)


def show_link(request: HttpRequest, membership: Membership, token: str) -> HttpResponse:
    """A start link, on the page that answers its making and never again."""
    context = {
        "clinic": membership.clinic,
        "membership": membership,
        "address": request.build_absolute_uri(reverse("start_account", args=[token])),
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
    }
    return render(request, "tracker/start_link.html", context)
