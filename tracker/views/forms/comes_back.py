"""Form pages that are opened from a list and lead back to it: cancelled as well as saved."""

from typing import TypeVar

from django import forms
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from tracker.views.forms.page import FormPage
from tracker.views.way_back import way_back

F = TypeVar("F", bound=forms.Form)


class ComesBack(FormPage[F]):
    """Goes to the address under `next`, when it lies on this site; to the record without one."""

    def leave(self) -> HttpResponseRedirect:
        return redirect(self.cancel_url())

    def cancel_url(self) -> str:
        return way_back(self.request, super().cancel_url())

    @property
    def parent_label(self) -> str:
        """The words of the way back; "" where it is the record, which the page names itself."""
        if self.cancel_url() == super().cancel_url():
            return ""
        try:
            name = resolve(self.cancel_url().partition("?")[0]).url_name or ""
        except Resolver404:
            return _("Back")
        if name.startswith("start_course"):
            return _("Start a course")
        return _("Worklist") if name == "worklist" else _("Back")
