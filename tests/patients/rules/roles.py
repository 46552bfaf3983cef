"""Who may do what, written out a second time on purpose: a change must be made in two places."""

from patients.rules.permissions import Permission
from patients.rules.vocabulary import Role

_OF_NURSES = {
    Permission.READ_RECORD,
    Permission.REGISTER_PATIENT,
    Permission.RECORD_CLINICAL,
    Permission.RECORD_TREATMENT,
    Permission.RECORD_MONITORING,
    Permission.BREAK_GLASS,
}
MAY: dict[Role, set[Permission]] = {
    Role.DOCTOR: _OF_NURSES
    | {
        Permission.JUDGE_TREATMENT,
        Permission.ADJUST_MONITORING,
        Permission.MERGE_PATIENTS,
        Permission.TRANSFER_PATIENT,
    },
    Role.NURSE: _OF_NURSES,
    Role.ADMIN: {
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
    },
    Role.AUDITOR: {Permission.READ_RECORD, Permission.READ_ACCESS_LOG, Permission.RUN_AUDITS},
}
MAY_WHO_LEADS = {
    Permission.MANAGE_CLINIC,
    Permission.REVIEW_BREAK_GLASS,
    Permission.READ_ACCESS_LOG,
    Permission.RUN_AUDITS,
    Permission.EXPORT_SUBJECT,
}
