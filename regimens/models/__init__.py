from regimens.models.course import Course, DosePeriod, Outcome
from regimens.models.dose_check import DoseCheck
from regimens.models.infusion import Infusion, InfusionPlan, PlannedInfusion
from regimens.models.milestone import Milestone
from regimens.models.review import Review
from regimens.models.taper import TaperDecision, TaperPlan, TaperStep

__all__ = [
    "Course",
    "DoseCheck",
    "DosePeriod",
    "Infusion",
    "InfusionPlan",
    "Milestone",
    "Outcome",
    "PlannedInfusion",
    "Review",
    "TaperDecision",
    "TaperPlan",
    "TaperStep",
]
