"""Every write about treatment. Keyword-only, by a member of staff, in one transaction."""

from regimens.actions.courses import NewDose, change_dose, record_never_given, start_course, stop_course
from regimens.actions.judgements import record_milestone, record_outcome
from regimens.actions.plans import NewTaperStep, plan_taper, record_infusion

__all__ = [
    "NewDose",
    "NewTaperStep",
    "change_dose",
    "plan_taper",
    "record_infusion",
    "record_milestone",
    "record_never_given",
    "record_outcome",
    "start_course",
    "stop_course",
]
