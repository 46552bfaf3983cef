from patients.models.assessment import Assessment, AssessmentEnzyme
from patients.models.clinic import Clinic
from patients.models.condition import Autoantibody, Condition
from patients.models.contact_details import ContactDetails, ReminderOptOut
from patients.models.draft import Draft
from patients.models.emergency_access import EmergencyAccess
from patients.models.identity import IdentityCorrection
from patients.models.measure import Height, Weight
from patients.models.merge import PatientMerge
from patients.models.patient import Patient
from patients.models.staff import Membership, Staff
from patients.models.status import StatusChange
from patients.models.transfer import PatientTransfer

__all__ = [
    "Assessment",
    "AssessmentEnzyme",
    "Autoantibody",
    "Clinic",
    "Condition",
    "ContactDetails",
    "Draft",
    "EmergencyAccess",
    "Height",
    "IdentityCorrection",
    "Membership",
    "Patient",
    "PatientMerge",
    "PatientTransfer",
    "ReminderOptOut",
    "Staff",
    "StatusChange",
    "Weight",
]
