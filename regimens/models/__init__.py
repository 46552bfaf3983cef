from regimens.models.course import Course, DosePeriod, Outcome
from regimens.models.infusion import Infusion
from regimens.models.milestone import Milestone
from regimens.models.taper import TaperPlan, TaperStep

__all__ = ["Course", "DosePeriod", "Infusion", "Milestone", "Outcome", "TaperPlan", "TaperStep"]
