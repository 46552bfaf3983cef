from monitoring.models.due_item import DueItem
from monitoring.models.result import Result
from monitoring.models.snooze import Snooze

__all__ = ["DueItem", "Result", "Snooze"]
