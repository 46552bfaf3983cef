"""What the files of a subject-access pack hold."""

from typing import Any

from patients.models import AssessmentEnzyme, ReminderOptOut
from regimens.models import DoseCheck, PlannedInfusion, TaperStep

# Rows that belong to an entry and are written with it, by the column that names it.
PARTS_OF_ENTRIES: dict[str, dict[str, Any]] = {
    "assessment": {"enzymes": AssessmentEnzyme._meta.get_field("assessment")},
    "contact_details": {"ended_by_the_patient": ReminderOptOut._meta.get_field("details")},
    "dose": {"what_the_guard_said": DoseCheck._meta.get_field("dose")},
    "infusion_plan": {"dates": PlannedInfusion._meta.get_field("plan")},
    "taper": {"steps": TaperStep._meta.get_field("plan")},
}

MEANINGS: dict[str, Any] = {
    "entry": "id; the clinical day; what it says in words; who entered it when; what became of it (still holds, "
    "replaced, withdrawn), when, by whom and why; every value as stored. A line without words was replaced together "
    "with its course.",
    "person": ("one record of the person", "who the person is; a record that was merged into another names it"),
    "status_changes": ("one change of status", "whether the person was under care, from when and why"),
    "identity_corrections": (
        "one correction of who the person is",
        "the names, numbers, birth and sex recorded until then; corrected when, by whom and why",
    ),
    "due_items": ("one thing that had to be looked at", "what, due on which day, and when it was done"),
    "alerts": ("one alert", "what a result or a missed visit asked for, and how it was closed"),
    "alert_steps": ("one step of an alert", "who saw it, passed it on or acted, when"),
    "emails": ("one e-mail to the person", "which kind, for which day, and whether it was sent"),
    "emergency_accesses": ("one opening by another clinic", "who opened the record in an emergency, when, why"),
    "transfers": ("one handing over", "from which clinic to which, asked for and decided by whom"),
    "drafts": (
        "one form that somebody has begun",
        "which form, by whom, when, and what they have typed; it is no entry, and goes by itself after some days",
    ),
    "merges": ("one merge of two records", "which records were made one, when, by whom and why"),
    "access_log": ("one look at the record", "who, in which role, when, by which page, and how"),
}
