from monitoring.models.alert import Alert, AlertStep
from monitoring.models.calendar_feed import CalendarFeed
from monitoring.models.due_item import DueItem
from monitoring.models.heartbeat import Heartbeat
from monitoring.models.mail import Mail, Reminder
from monitoring.models.not_worked_out import NotWorkedOut
from monitoring.models.plan import IntervalOverride, Pause, RiskAssessment, SharedCare, TargetRange
from monitoring.models.result import Result
from monitoring.models.snooze import Snooze
from monitoring.models.work import Assignment, Contact, NotNeeded, SampleTaken, SavedView

__all__ = [
    "Alert",
    "AlertStep",
    "Assignment",
    "CalendarFeed",
    "Contact",
    "DueItem",
    "Heartbeat",
    "IntervalOverride",
    "Mail",
    "NotNeeded",
    "NotWorkedOut",
    "Pause",
    "Reminder",
    "Result",
    "RiskAssessment",
    "SampleTaken",
    "SavedView",
    "SharedCare",
    "Snooze",
    "TargetRange",
]
