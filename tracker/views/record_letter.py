"""The letter to the family doctor: a page to choose what goes in and to add own sentences, and the letter as a PDF."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from patients.clock import now_in
from patients.models import Staff
from tracker.letter_forms import LetterForm
from tracker.letters.letter import LetterWords, letter_pdf
from tracker.letters.parts import printed
from tracker.presenters.record_since import SinceShown, day_compared_with, present_since
from tracker.presenters.timeline import names_for
from tracker.selectors import RecordPage
from tracker.views.days import page_asked_for
from tracker.views.record_summary import pdf_answer


@never_cache
@require_safe
def record_letter(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The page on which the letter is put together, as of today."""
    page, context = page_asked_for(request, patient_id)
    return _form_page(request, page, context, LetterForm())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record_letter_pdf(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The letter with what was chosen and written; asked for without a form, with every part and no own sentence.

    What is written comes in the body of the request and is not kept.
    """
    page, context = page_asked_for(request, patient_id)
    if request.method != "POST":
        return _answer(request, page, LetterWords())
    form = LetterForm(request.POST)
    if not form.is_valid():
        return _form_page(request, page, context, form)
    return _answer(request, page, form.words())


def _form_page(request: HttpRequest, page: RecordPage, context: dict[str, Any], form: LetterForm) -> HttpResponse:
    context |= {"form": form, "permissions": page.permissions}
    return render(request, "tracker/record_letter.html", context, status=422 if form.is_bound else 200)


def _answer(request: HttpRequest, page: RecordPage, words: LetterWords) -> HttpResponse:
    patient = page.standing.patient
    who = printed(cast(Staff, request.user), now_in(patient.clinic))
    return pdf_answer(letter_pdf(page, _since_last_visit(page), words, who), f"letter-{patient.pk}")


def _since_last_visit(page: RecordPage) -> SinceShown:
    """Without alerts and late entries: those are the clinic's own work."""
    since = day_compared_with(page, None)
    names = names_for(page.standing.protocol, page.standing.as_of)
    return present_since(page, since, was_chosen=False, alerts=(), late=(), names=names)
