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


ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.DOCTOR: frozenset(Permission),
    # Outcomes, milestones and tapers are a doctor's judgement (readings 16 and 27). So, as the safe reading, is looking
    # less often than the schedule asks.
    Role.NURSE: frozenset(Permission) - {Permission.JUDGE_TREATMENT, Permission.ADJUST_MONITORING},
    Role.ADMIN: frozenset({Permission.READ_RECORD, Permission.REGISTER_PATIENT}),
}


def allowed(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether any of the roles carries the permission."""
    return any(permission in ROLE_PERMISSIONS[role] for role in roles)
