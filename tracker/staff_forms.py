"""What is typed about who belongs to a clinic. Shape and parse only; actions decide."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.entries import LONGEST_REASON
from patients.inputs import EntryForm, one_of, words
from patients.rules.vocabulary import Role

LONGEST_USERNAME = 150
BY_PASSWORD, BY_PROVIDER = "password", "provider"
_ROLE_HELP = "What each role may do is decided by Myoline, the same in every clinic."


class StaffReasonForm(EntryForm):
    """Why something about a member of staff is changed."""

    reason = words(
        _("Reason"),
        length=LONGEST_REASON,
        required=True,
        help_text=_("Kept with the change and your name, in the history of the clinic and in reports."),
    )


class IdentityForm(StaffReasonForm):
    """Why somebody’s way in is made anew, which needs to be sure who asks."""

    reason = words(
        _("Reason, and how the person showed who they are"),
        length=LONGEST_REASON,
        required=True,
        help_text=_("For example: new telephone; came to the office, staff pass seen. Kept with your name."),
    )


class RoleForm(StaffReasonForm):
    """Another role."""

    role = one_of(Role, _("Role"), radios=True, help_text=_ROLE_HELP)
    field_order = ("role", "reason")


class AddMemberForm(StaffReasonForm):
    """Somebody who has an account already."""

    username = words(
        _("User name"),
        length=LONGEST_USERNAME,
        required=True,
        help_text=_("Exactly as the person types it when signing in. Accounts of other clinics are not searched."),
    )
    role = one_of(Role, _("Role"), radios=True, help_text=_ROLE_HELP)
    field_order = ("username", "role", "reason")


class AddAccountForm(StaffReasonForm):
    """Somebody who has no account yet. `provider_name` is the hospital’s sign-in provider, "" for none."""

    username = words(
        _("User name"),
        length=LONGEST_USERNAME,
        required=True,
        help_text=_("Letters, digits and @ . + - _ without spaces. It cannot be changed later."),
    )
    given_name = words(_("Given name"), length=150, required=True)
    family_name = words(_("Family name"), length=150, required=True)
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Digests and alerts go there; its owner can switch them off."),
    )
    role = one_of(Role, _("Role"), radios=True, help_text=_ROLE_HELP)
    signs_in = forms.ChoiceField(label=_("How they sign in"), widget=forms.RadioSelect)
    field_order = ("username", "given_name", "family_name", "email", "role", "signs_in", "reason")

    def __init__(self, data: Any = None, *, today: date, provider_name: str) -> None:
        super().__init__(data, today=today, initial={"signs_in": BY_PROVIDER if provider_name else BY_PASSWORD})
        field = self.fields["signs_in"]
        assert isinstance(field, forms.ChoiceField)
        with_password = (BY_PASSWORD, "with a password that they choose themselves, through a link that you hand over")
        field.choices = [(BY_PROVIDER, f"with {provider_name}; no password here"), with_password]
        if not provider_name:
            del self.fields["signs_in"]

    def by_provider(self) -> bool:
        """Whether there will be no password here. Only for a valid form."""
        return bool(self.cleaned_data.get("signs_in") == BY_PROVIDER)
