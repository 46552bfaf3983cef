"""Which role does what. One table, read by selectors and actions; a person's roles are per clinic."""

from patients.rules.vocabulary import Role, Vocabulary


class Permission(Vocabulary):
    READ_RECORD = "read_record", "read patient records"
    REGISTER_PATIENT = "register_patient", "register patients and change their status"
    RECORD_CLINICAL = "record_clinical", "record weights, conditions and assessments"
    RECORD_TREATMENT = "record_treatment", "record courses, doses, stops and infusions"
    JUDGE_TREATMENT = "judge_treatment", "record outcomes, milestones and tapers"
    RECORD_MONITORING = "record_monitoring", "record results and put items off"
    ADJUST_MONITORING = "adjust_monitoring", "change monitoring intervals, risk tiers and target ranges"
    BREAK_GLASS = "break_glass", "open another clinic's record in an emergency"
    MERGE_PATIENTS = "merge_patients", "merge two records of one person"
    TRANSFER_PATIENT = "transfer_patient", "hand patients over to another clinic"
    MANAGE_CLINIC = "manage_clinic", "change how the clinic works"
    MANAGE_STAFF = "manage_staff", "change who belongs to the clinic and in which role"
    REVIEW_BREAK_GLASS = "review_break_glass", "review emergency access"
    READ_ACCESS_LOG = "read_access_log", "see who looked at a record"
    RUN_AUDITS = "run_audits", "run audit reports and export them"
    EXPORT_SUBJECT = "export_subject", "export everything that is held about one patient"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.DOCTOR: frozenset(
        {
            Permission.READ_RECORD,
            Permission.REGISTER_PATIENT,
            Permission.RECORD_CLINICAL,
            Permission.RECORD_TREATMENT,
            Permission.JUDGE_TREATMENT,
            Permission.RECORD_MONITORING,
            Permission.ADJUST_MONITORING,
            Permission.BREAK_GLASS,
            Permission.MERGE_PATIENTS,
            Permission.TRANSFER_PATIENT,
        }
    ),
    # Outcomes, milestones and tapers are a doctor's judgement (readings 16 and 27). So, as the safe reading, is looking
    # less often than the schedule asks.
    Role.NURSE: frozenset(
        {
            Permission.READ_RECORD,
            Permission.REGISTER_PATIENT,
            Permission.RECORD_CLINICAL,
            Permission.RECORD_TREATMENT,
            Permission.RECORD_MONITORING,
            Permission.BREAK_GLASS,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Permission.READ_RECORD,
            Permission.REGISTER_PATIENT,
            Permission.MERGE_PATIENTS,
            Permission.TRANSFER_PATIENT,
            Permission.MANAGE_CLINIC,
            Permission.MANAGE_STAFF,
            Permission.REVIEW_BREAK_GLASS,
            Permission.READ_ACCESS_LOG,
            Permission.RUN_AUDITS,
            Permission.EXPORT_SUBJECT,
        }
    ),
    Role.AUDITOR: frozenset({Permission.READ_RECORD, Permission.READ_ACCESS_LOG, Permission.RUN_AUDITS}),
}

# What whoever leads a clinic may do there beside what their role carries.
LEAD_PERMISSIONS: frozenset[Permission] = frozenset(
    {
        Permission.MANAGE_CLINIC,
        Permission.REVIEW_BREAK_GLASS,
        Permission.READ_ACCESS_LOG,
        Permission.RUN_AUDITS,
        Permission.EXPORT_SUBJECT,
    }
)


def allowed(roles: frozenset[Role], permission: Permission, *, leads: bool = False) -> bool:
    """Whether any of the roles, or leading the clinic, carries the permission."""
    return any(permission in ROLE_PERMISSIONS[role] for role in roles) or (leads and permission in LEAD_PERMISSIONS)
