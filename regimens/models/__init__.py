from regimens.models.course import Course, DosePeriod, Outcome
from regimens.models.dose_check import DoseCheck
from regimens.models.infusion import Infusion
from regimens.models.milestone import Milestone
from regimens.models.review import Review
from regimens.models.taper import TaperPlan, TaperStep

__all__ = [
    "Course",
    "DoseCheck",
    "DosePeriod",
    "Infusion",
    "Milestone",
    "Outcome",
    "Review",
    "TaperPlan",
    "TaperStep",
]
