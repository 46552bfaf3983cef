"""What is typed while signing in and about one's own account. Shape and parse only."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from patients.models import Staff
from tracker.second_factor import Asked

_CODE_HELP = {
    Asked.CODE: _("Six digits from your authenticator app, or one of your recovery codes."),
    Asked.PASSWORD: _("The password with which you sign in."),
}


def _password(*, autocomplete: str, **words: Any) -> forms.CharField:
    """`words` are its label and help, as a CharField takes them."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(strip=False, max_length=200, widget=widget, **words)


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("Username"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = _password(label=_("Password"), autocomplete="current-password")


class CodeForm(forms.Form):
    """A code, or the answer of a passkey in its place; or a password where the person has no second factor."""

    code = forms.CharField(label=_("Code"), max_length=20_000)

    def __init__(self, data: Any = None, *, asked: Asked) -> None:
        super().__init__(data)
        field = self.fields["code"]
        field.help_text = _CODE_HELP.get(asked, "")
        if asked is Asked.PASSWORD:
            self.fields["code"] = _password(
                label=_("Password"), autocomplete="current-password", help_text=field.help_text
            )
        else:
            attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "size": 20}
            field.widget = forms.TextInput(attrs=attributes)


class NewAppForm(forms.Form):
    """The first code that a new authenticator app shows."""

    code = forms.CharField(
        label=_("Code that the app shows"),
        max_length=20,
        help_text=_("Six digits."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "size": 10}),
    )


class NewPasskeyForm(forms.Form):
    """What the person calls the passkey; the browser adds its answer."""

    name = forms.CharField(
        label=_("Your name for it"),
        max_length=60,
        help_text=_("For example: blue security key, or laptop of the ward."),
    )
    answer = forms.CharField(widget=forms.HiddenInput, max_length=20_000, required=False)

    def clean_answer(self) -> str:
        answer: str = self.cleaned_data["answer"]
        if not answer:
            raise ValidationError(
                _("The browser has made no passkey. This needs JavaScript and a device that can make one.")
            )
        return answer


class FirstPasswordForm(forms.Form):
    """A password, typed twice."""

    new = _password(
        label=_("New password"),
        autocomplete="new-password",
        help_text=_("At least 12 characters, not digits only, not common, not like your name. Several words are best."),
    )
    again = _password(label=_("New password again"), autocomplete="new-password")

    def __init__(self, data: Any = None, *, staff: Staff) -> None:
        super().__init__(data)
        self._staff = staff

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        password_validation.validate_password(new, self._staff)
        return new

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("The two are not the same."))
        return cleaned


class NewPasswordForm(FirstPasswordForm):
    """The password as it is, and twice as it shall be."""

    current = _password(label=_("Password now"), autocomplete="current-password")
    field_order = ("current", "new", "again")
