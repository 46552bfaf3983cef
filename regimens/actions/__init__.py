"""Every write about treatment. Keyword-only, by a member of staff, in one transaction."""

from regimens.actions.courses import NewDose, change_dose, record_never_given, start_course, stop_course
from regimens.actions.guarded import REASON_LENGTH
from regimens.actions.judgements import record_milestone, record_outcome
from regimens.actions.plans import NewTaperStep, plan_taper, record_infusion
from regimens.actions.reviews import NewMilestone, NewOutcome, StaleQuestion, answer_prompt
from regimens.actions.withdrawal import (
    reopen_course,
    withdraw_course,
    withdraw_dose,
    withdraw_infusion,
    withdraw_milestone,
    withdraw_outcome,
    withdraw_review,
)

__all__ = [
    "REASON_LENGTH",
    "NewDose",
    "NewMilestone",
    "NewOutcome",
    "NewTaperStep",
    "StaleQuestion",
    "answer_prompt",
    "change_dose",
    "plan_taper",
    "record_infusion",
    "record_milestone",
    "record_never_given",
    "record_outcome",
    "reopen_course",
    "start_course",
    "stop_course",
    "withdraw_course",
    "withdraw_dose",
    "withdraw_infusion",
    "withdraw_milestone",
    "withdraw_outcome",
    "withdraw_review",
]
