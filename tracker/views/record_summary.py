"""The summary of one patient on one page, as a PDF."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.clock import now_in
from patients.models import Staff
from tracker.letters.parts import printed
from tracker.letters.summary import summary_pdf
from tracker.patient_flags import flags_of
from tracker.views.days import page_asked_for


@never_cache
@require_safe
def record_summary(request: HttpRequest, patient_id: int) -> HttpResponse:
    """As of today or of `?as_of=`, as known now or on `?known_on=`."""
    staff = cast(Staff, request.user)
    page, _context = page_asked_for(request, patient_id)
    patient = page.standing.patient
    flags = flags_of(staff, patient, page.standing.as_of, page.known_on)
    document = summary_pdf(page, flags, printed(staff, now_in(patient.clinic)))
    return pdf_answer(document, f"summary-{patient_id}")


def pdf_answer(document: bytes, name: str) -> HttpResponse:
    """The document to be looked at; `name` holds ids alone, since file names are seen and kept."""
    return HttpResponse(
        document, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'}
    )
