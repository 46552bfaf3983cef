"""What the banner over each clinical page warns of."""

from django import template
from django.template import Context

from patients.models import Patient, Staff
from tracker.patient_flags import PatientFlags, flags_of

register = template.Library()


@register.simple_tag(takes_context=True)
def patient_flags(context: Context) -> PatientFlags:
    """Of the context's `patient`, for whoever is signed in; nothing where there is no such person or patient."""
    user, patient = getattr(context.get("request"), "user", None), context.get("patient")
    if not isinstance(user, Staff) or not isinstance(patient, Patient) or patient.pk is None:
        return PatientFlags()
    return flags_of(user, patient)
