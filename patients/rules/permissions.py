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
    MANAGE_CLINIC = "manage_clinic", "change how the clinic works"


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.DOCTOR: frozenset(Permission) - {Permission.MANAGE_CLINIC},
    # Outcomes, milestones and tapers are a doctor's judgement (readings 16 and 27). So, as the safe reading, is looking
    # less often than the schedule asks.
    Role.NURSE: frozenset(Permission)
    - {Permission.JUDGE_TREATMENT, Permission.ADJUST_MONITORING, Permission.MANAGE_CLINIC},
    Role.ADMIN: frozenset({Permission.READ_RECORD, Permission.REGISTER_PATIENT, Permission.MANAGE_CLINIC}),
}

# What whoever leads a clinic may do there beside what their role carries.
LEAD_PERMISSIONS: frozenset[Permission] = frozenset({Permission.MANAGE_CLINIC})


def allowed(roles: frozenset[Role], permission: Permission, *, leads: bool = False) -> bool:
    """Whether any of the roles, or leading the clinic, carries the permission."""
    return any(permission in ROLE_PERMISSIONS[role] for role in roles) or (leads and permission in LEAD_PERMISSIONS)
