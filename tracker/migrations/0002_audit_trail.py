from pathlib import Path

from django.db import migrations

from tracker.audit.canonical import in_place
from tracker.database.roles import MAKE_ROLES

SQL = Path(__file__).resolve().parent.parent / "audit" / "sql"

OWN = "(r).patient_id"
ITSELF = "(r).id"
BY_COURSE = "(SELECT c.patient_id FROM public.regimens_course c WHERE c.id = (r).course_id)"
NONE = "NULL::bigint"
CLINIC = "(r).clinic_id"


def clinic_of(patient):
    """The clinic of the row's patient, at this moment."""
    return f"(SELECT p.clinic_id FROM public.patients_patient p WHERE p.id = {patient})"


def watch(table, patient, clinic=None, masked=(), ignored=(), key="id", *, freely=False):
    """The statement that puts the triggers on one table."""
    return migrations.RunSQL(
        [
            (
                "SELECT audit.watch(%s::regclass, %s, %s, %s::text[], %s::text[], %s, %s)",
                [f"public.{table}", patient, clinic or clinic_of(patient), list(masked), list(ignored), key, freely],
            )
        ],
        [
            (f"DROP FUNCTION audit.capture_{table}() CASCADE", None),
        ],
    )


OF_PATIENTS = [
    "patients_assessment", "patients_condition", "patients_autoantibody", "patients_contactdetails",
    "patients_emergencyaccess", "patients_weight", "patients_height", "patients_statuschange",
    "patients_patienttransfer", "regimens_course", "regimens_milestone", "regimens_review", "monitoring_result",
    "monitoring_alert", "monitoring_riskassessment", "monitoring_intervaloverride", "monitoring_sharedcare",
    "monitoring_pause", "monitoring_targetrange", "monitoring_snooze", "monitoring_sampletaken",
    "monitoring_notneeded", "monitoring_contact", "monitoring_assignment",
]
OF_COURSES = [
    "regimens_doseperiod", "regimens_outcome", "regimens_dosecheck", "regimens_infusion", "regimens_infusionplan",
    "regimens_taperplan", "regimens_taperdecision",
]


class Migration(migrations.Migration):
    dependencies = [
        ("tracker", "0001_reports"),
        ("patients", "0006_access_merge_and_transfer"),
        ("regimens", "0005_brands_infusion_plans_and_taper_decisions"),
        ("monitoring", "0003_plans_work_alerts_and_mail"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("usersessions", "0001_initial"),
        ("knox", "0009_extend_authtoken_field"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL((SQL / "trail.sql").read_text(), "DROP SCHEMA audit CASCADE"),
        migrations.RunSQL(in_place((SQL / "seal.sql").read_text()), migrations.RunSQL.noop),
        *(watch(table, OWN) for table in OF_PATIENTS),
        *(watch(table, BY_COURSE) for table in OF_COURSES),
        watch("patients_patient", ITSELF, CLINIC),
        watch("patients_patientmerge", "(r).kept_id"),
        watch("patients_assessmentenzyme",
              "(SELECT a.patient_id FROM public.patients_assessment a WHERE a.id = (r).assessment_id)"),
        watch("patients_reminderoptout",
              "(SELECT d.patient_id FROM public.patients_contactdetails d WHERE d.id = (r).details_id)"),
        watch("regimens_plannedinfusion",
              "(SELECT c.patient_id FROM public.regimens_infusionplan p JOIN public.regimens_course c"
              " ON c.id = p.course_id WHERE p.id = (r).plan_id)"),
        watch("regimens_taperstep",
              "(SELECT c.patient_id FROM public.regimens_taperplan p JOIN public.regimens_course c"
              " ON c.id = p.course_id WHERE p.id = (r).plan_id)"),
        watch("monitoring_alertstep",
              "(SELECT a.patient_id FROM public.monitoring_alert a WHERE a.id = (r).alert_id)"),
        watch("monitoring_mail",
              "(SELECT d.patient_id FROM public.patients_contactdetails d WHERE d.id = (r).contact_details_id)",
              CLINIC),
        watch("patients_clinic", NONE, "(r).id"),
        watch("patients_membership", NONE, CLINIC),
        watch("patients_staff", NONE, NONE, masked=["password"], ignored=["last_login"]),
        watch("patients_staff_groups", NONE, NONE),
        watch("patients_staff_user_permissions", NONE, NONE),
        watch("auth_group", NONE, NONE),
        watch("auth_group_permissions", NONE, NONE),
        # What belongs to signing in comes and goes without a reason: it ends by itself, or its owner ends it.
        watch("knox_authtoken", NONE, NONE, masked=["digest", "token_key"], key="user_id", freely=True),
        watch("account_emailaddress", NONE, NONE, freely=True),
        watch("mfa_authenticator", NONE, NONE, masked=["data"], ignored=["last_used_at"], freely=True),
        watch("socialaccount_socialaccount", NONE, NONE, masked=["extra_data"], ignored=["last_login"], freely=True),
        watch("socialaccount_socialapp", NONE, NONE, masked=["secret", "key", "settings"]),
        watch("monitoring_calendarfeed", NONE, NONE, masked=["token_hash"], ignored=["last_used_on"]),
        watch("monitoring_savedview", NONE, NONE),
        watch("tracker_reportrun", NONE, CLINIC, ignored=["heartbeat_at", "rows_done"]),
        migrations.RunSQL(MAKE_ROLES, migrations.RunSQL.noop),  # they are the server's, and outlast this database
        migrations.RunSQL((SQL / "rights.sql").read_text(), (SQL / "no_rights.sql").read_text()),
    ]
