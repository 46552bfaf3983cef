"""Every read about monitoring."""

from monitoring.selectors.guard import baseline_screen
from monitoring.selectors.record import (
    due_items_for,
    monitoring_of,
    monitorings_of,
    records_of,
    results_for,
    snoozes_for,
)
from monitoring.selectors.worklist import (
    ATTENTION,
    EVERYTHING,
    WorklistFilters,
    WorklistRow,
    counts_by_status,
    rows_of,
    standing_of,
    worklist,
)

__all__ = [
    "ATTENTION",
    "EVERYTHING",
    "WorklistFilters",
    "WorklistRow",
    "baseline_screen",
    "counts_by_status",
    "due_items_for",
    "monitoring_of",
    "monitorings_of",
    "records_of",
    "results_for",
    "rows_of",
    "snoozes_for",
    "standing_of",
    "worklist",
]
