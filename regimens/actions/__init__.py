"""Every write about treatment. Keyword-only, by a member of staff, in one transaction."""

from regimens.actions.courses import record_never_given, start_course, stop_course
from regimens.actions.doses import NewDose, change_dose
from regimens.actions.guarded import REASON_LENGTH
from regimens.actions.infusions import NewInfusionPlan, plan_infusions, record_infusion, withdraw_infusion_plan
from regimens.actions.judgements import record_milestone, record_outcome
from regimens.actions.reviews import NewMilestone, NewOutcome, StaleQuestion, answer_prompt
from regimens.actions.taper_decisions import decide_taper, withdraw_taper_decision
from regimens.actions.tapers import NewTaperStep, plan_taper
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
    "NewInfusionPlan",
    "NewMilestone",
    "NewOutcome",
    "NewTaperStep",
    "StaleQuestion",
    "answer_prompt",
    "change_dose",
    "decide_taper",
    "plan_infusions",
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
    "withdraw_infusion_plan",
    "withdraw_milestone",
    "withdraw_outcome",
    "withdraw_review",
    "withdraw_taper_decision",
]
