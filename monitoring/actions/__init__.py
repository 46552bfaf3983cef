"""Every write about monitoring."""

from monitoring.actions.reconcile import ReconcileReport, reconcile
from monitoring.actions.results import NewResult, record_results
from monitoring.actions.snoozes import snooze_item
from monitoring.actions.withdrawal import withdraw_result

__all__ = ["NewResult", "ReconcileReport", "reconcile", "record_results", "snooze_item", "withdraw_result"]
