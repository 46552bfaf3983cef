from patients.models.assessment import Assessment, AssessmentEnzyme
from patients.models.clinic import Clinic
from patients.models.condition import Autoantibody, Condition
from patients.models.contact_details import ContactDetails, ReminderOptOut
from patients.models.measure import Height, Weight
from patients.models.patient import Patient
from patients.models.staff import Membership, Staff
from patients.models.status import StatusChange

__all__ = [
    "Assessment",
    "AssessmentEnzyme",
    "Autoantibody",
    "Clinic",
    "Condition",
    "ContactDetails",
    "Height",
    "Membership",
    "Patient",
    "ReminderOptOut",
    "Staff",
    "StatusChange",
    "Weight",
]
