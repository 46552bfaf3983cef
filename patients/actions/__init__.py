"""Every write about who a patient is. Keyword-only, by a member of staff, in one transaction."""

from patients.actions.assessments import NewAssessment, NewEnzyme, record_assessment
from patients.actions.clinics import (
    ClinicSettings,
    MailWanted,
    change_clinic_settings,
    change_my_mail,
    change_my_theme,
    settings_of,
)
from patients.actions.contact_details import record_contact_details, stop_reminders, withdraw_contact_details
from patients.actions.emergency import (
    close_emergency_access,
    open_emergency_access,
    review_emergency_access,
)
from patients.actions.identity import correct_identity
from patients.actions.observations import (
    end_condition,
    record_autoantibody,
    record_body_measures,
    record_condition,
    record_height,
    record_weight,
)
from patients.actions.people import change_status, register_patient
from patients.actions.withdrawal import (
    correct_height,
    correct_weight,
    withdraw_assessment,
    withdraw_autoantibody,
    withdraw_condition,
    withdraw_height,
    withdraw_weight,
)

__all__ = [
    "ClinicSettings",
    "MailWanted",
    "NewAssessment",
    "NewEnzyme",
    "change_clinic_settings",
    "change_my_mail",
    "change_my_theme",
    "change_status",
    "close_emergency_access",
    "correct_height",
    "correct_identity",
    "correct_weight",
    "end_condition",
    "open_emergency_access",
    "record_assessment",
    "record_autoantibody",
    "record_body_measures",
    "record_condition",
    "record_contact_details",
    "record_height",
    "record_weight",
    "register_patient",
    "review_emergency_access",
    "stop_reminders",
    "settings_of",
    "withdraw_assessment",
    "withdraw_autoantibody",
    "withdraw_condition",
    "withdraw_contact_details",
    "withdraw_height",
    "withdraw_weight",
]
