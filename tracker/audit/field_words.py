"""What the columns of the audit trail's rows are called and measured in, and which of them tell a reader nothing."""

# Belong to the act of entering or to the software, or point at another row that the sentence names already.
HIDDEN = frozenset(
    {
        "id", "version", "recorded_at", "recorded_by_id", "replaces_id", "superseded_at", "superseded_by_id",
        "superseded_reason", "stop_recorded_at", "stop_recorded_by_id", "protocol_version", "fingerprint", "trace",
        "rule_id", "patient_id", "course_id", "assessment_id", "plan_id", "details_id", "contact_details_id",
        "alert_id", "result_id", "dose_id", "outcome_id", "milestone_id", "findings", "caveats", "moved", "filled",
        "level_since",
        "claimed_at", "claimed_by", "message_id", "key", "attempts", "created_at", "opened_at", "digest", "token_hash",
        "occasion", "precision", "start_precision", "stop_precision", "born_precision", "kept_id", "merged_id",
        "provenance_title", "provenance_url", "provenance_dates", "provenance_outcome", "unit", "basis",
        "clinic_id", "staff_id", "source", "source_kind", "last_login", "slug",
    }
)  # fmt: skip

# Columns that are told with another one: how exactly its day is known, what it is measured in.
PRECISION_OF = {
    "on": "precision", "from_on": "precision", "to_on": "precision", "start_on": "start_precision",
    "stop_on": "stop_precision", "born": "born_precision",
}  # fmt: skip

LABELS = {
    "on": "day",
    "from_on": "from",
    "to_on": "last day",
    "born": "date of birth",
    "nhs_number": "NHS number",
    "kilograms": "weight",
    "centimetres": "height",
    "mmt": "MMT",
    "mmt_maximum": "MMT form",
    "haq": "HAQ",
    "cmas": "CMAS",
    "das": "DAS",
    "lowest_mrc": "lowest MRC grade",
    "lowest_mrc_group": "muscle group of the lowest MRC grade",
    "fvc_percent": "FVC",
    "dlco_percent": "DLCO",
    "non_severe_confirmed": "disease confirmed as not severe",
    "start_on": "first day",
    "stop_on": "last day",
    "stop_reason": "reason for stopping",
    "stop_note": "note on stopping",
    "drug_text": "drug as written",
    "frequency_text": "how often, as written",
    "frequency": "how often",
    "milligrams_per_day": "dose",
    "amount_per_kilogram": "dose per kilogram",
    "interval_days": "interval",
    "days_per_cycle": "days in each cycle",
    "review_after_cycles": "review after",
    "first_on": "first day",
    "dosing_weight_on": "day of the dosing weight",
    "total": "amount given",
    "sampled_on": "sampled on",
    "may_remind": "agreed to reminders by e-mail",
    "email": "e-mail address",
    "monitored_by": "looked after by",
    "monitoring_schedule": "monitoring schedule",
    "digest_at": "time of the daily e-mail",
    "quiet_from": "no e-mails from",
    "quiet_until": "no e-mails until",
    "retention_years": "records are kept for",
    "is_lead": "leads the clinic",
    "theme": "look of the pages",
    "toured_at": "first tour finished",
    "wants_digest": "wants the daily e-mail",
    "wants_alerts": "wants alerts by e-mail",
    "owner_id": "whose work it is",
    "merged_into_id": "made one with another record",
    "made_on": "put off on",
    "low": "from",
    "high": "to",
    "physician_global": "physician global",
    "subject": "about",
    "patient_status": "status",
    "from_clinic_id": "from",
    "to_clinic_id": "to",
}

OF_TABLE = {
    ("regimens_doseperiod", "amount"): "dose",
    ("patients_assessmentenzyme", "name"): "enzyme",
    ("monitoring_notneeded", "made_on"): "not needed since",
    ("patients_membership", "role"): "role",
}

# The unit that stands behind a number: a fixed one, or the row's own in the column that is named.
UNITS = {
    "kilograms": "kg",
    "dosing_weight": "kg",
    "centimetres": "cm",
    "physician_global": "cm",
    "patient_global": "cm",
    "extramuscular_global": "cm",
    "fvc_percent": "%",
    "dlco_percent": "%",
    "milligrams_per_day": "mg a day",
    "hours_after_dose": "hours",
    "interval_days": "days",
    "retention_years": "years",
    "review_after_cycles": "cycles",
    "mmt_maximum": "points",
}
UNIT_COLUMN = {"amount": "unit", "total": "unit", "value": "unit", "upper_limit": "unit", "low": "unit", "high": "unit"}
BEGINS = frozenset({"from_on", "start_on", "first_on"})
"""Days from which an entry holds; any other is the day on which it happened."""

THINGS = {
    "patients_patient": "patient’s particulars",
    "patients_emergencyaccess": "emergency access",
    "patients_assessmentenzyme": "muscle enzyme of an assessment",
    "patients_reminderoptout": "end of reminders",
    "patients_patientmerge": "merge with another record",
    "patients_patienttransfer": "hand-over to another clinic",
    "patients_clinic": "clinic settings",
    "patients_membership": "role in the clinic",
    "patients_staff": "account",
    "patients_staff_groups": "group of an account",
    "patients_staff_user_permissions": "permission of an account",
    "regimens_dosecheck": "check of a dose",
    "regimens_plannedinfusion": "planned day of an infusion",
    "regimens_taperstep": "step of a taper plan",
    "monitoring_alertstep": "step on an alert",
    "knox_authtoken": "API token",
    "mfa_authenticator": "second factor",
    "account_emailaddress": "e-mail address of an account",
    "socialaccount_socialaccount": "sign-in through another service",
    "monitoring_mail": "e-mail",
    "tracker_reportrun": "report",
}
"""Where neither a kind of entry nor the model's own name says it to a nurse."""


def field_label(table: str, column: str) -> str:
    """The column as a person says it: `date of birth`, `reason for stopping`."""
    name = OF_TABLE.get((table, column)) or LABELS.get(column)
    return name or column.removesuffix("_id").replace("_", " ")
