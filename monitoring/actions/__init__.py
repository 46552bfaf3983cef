"""Every write about monitoring."""

from monitoring.actions.alert_climbs import climb_alerts
from monitoring.actions.alert_steps import acknowledge_alert, act_on_alert, close_alert, reopen_alert
from monitoring.actions.alerts import AlertReport, raise_alerts
from monitoring.actions.assignments import assign, unassign
from monitoring.actions.clinics import change_clinic
from monitoring.actions.intervals import end_interval, override_interval
from monitoring.actions.pauses import pause_monitoring, resume_monitoring
from monitoring.actions.plan import assess_risk, set_target_range, share_care
from monitoring.actions.plan_withdrawal import (
    withdraw_interval_override,
    withdraw_pause,
    withdraw_risk_assessment,
    withdraw_shared_care,
    withdraw_target_range,
)
from monitoring.actions.reconcile import ReconcileReport, reconcile
from monitoring.actions.rehearsal import rehearse_result
from monitoring.actions.result_checks import NewResult, Sample
from monitoring.actions.results import correct_result, record_results
from monitoring.actions.saved_views import delete_view, save_view
from monitoring.actions.snoozes import snooze_item
from monitoring.actions.withdrawal import withdraw_result
from monitoring.actions.work import not_needed, record_contact, take_sample
from monitoring.actions.work_undone import (
    undo_work,
    withdraw_assignment,
    withdraw_contact,
    withdraw_not_needed,
    withdraw_sample,
    withdraw_snooze,
)

__all__ = [
    "AlertReport",
    "NewResult",
    "Sample",
    "ReconcileReport",
    "acknowledge_alert",
    "act_on_alert",
    "assess_risk",
    "assign",
    "change_clinic",
    "climb_alerts",
    "close_alert",
    "correct_result",
    "delete_view",
    "end_interval",
    "not_needed",
    "override_interval",
    "pause_monitoring",
    "raise_alerts",
    "reconcile",
    "record_contact",
    "record_results",
    "rehearse_result",
    "reopen_alert",
    "resume_monitoring",
    "save_view",
    "set_target_range",
    "share_care",
    "snooze_item",
    "take_sample",
    "unassign",
    "undo_work",
    "withdraw_assignment",
    "withdraw_contact",
    "withdraw_interval_override",
    "withdraw_not_needed",
    "withdraw_pause",
    "withdraw_result",
    "withdraw_risk_assessment",
    "withdraw_sample",
    "withdraw_shared_care",
    "withdraw_snooze",
    "withdraw_target_range",
]
