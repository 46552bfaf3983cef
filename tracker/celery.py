"""The Celery application and its one, static schedule (UTC).

Nothing is ever delayed through Celery: due dates live in the database, and what beat misses, its next run makes good.
"""

import gc
import os
from typing import Any

from celery import Celery, bootsteps
from celery.schedules import crontab
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

MINUTE = 60  # seconds
HOUR = 60 * MINUTE

# `expires`: a run that found no worker in time is dropped, so that a queue of old runs never builds up.
BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "reconcile what is due in every clinic": {
        "task": "monitoring.tasks.reconcile_all",
        "schedule": crontab(hour="1", minute="15"),
        "options": {"expires": 6 * HOUR},
    },
    "plan e-mails and send them": {
        "task": "monitoring.tasks.send_planned_mail",
        "schedule": crontab(minute="*"),
        "options": {"expires": 2 * MINUTE},
    },
    "send on the alerts that nobody has acknowledged": {
        "task": "monitoring.tasks.climb_alerts",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 9 * MINUTE},
    },
    "say that the scheduler and a worker run": {
        "task": "monitoring.tasks.beat",
        "schedule": crontab(minute="*"),
        "options": {"expires": 10 * MINUTE},  # one that had to wait a while is a sign of life all the same
    },
    "look for patients, items and e-mails that nobody would notice": {
        "task": "monitoring.tasks.check_silence",
        "schedule": crontab(hour="5", minute="30"),
        "options": {"expires": 6 * HOUR},
    },
    "make the reports that wait, remove those kept long enough": {
        "task": "tracker.tasks.sweep_reports",
        "schedule": crontab(minute="*"),
        "options": {"expires": 2 * MINUTE},
    },
    "seal what the audit trail has taken up": {
        "task": "tracker.tasks.seal_trail",
        "schedule": crontab(minute="*"),
        "options": {"expires": 2 * MINUTE},
    },
    "check that nobody has changed the audit trail": {
        "task": "tracker.tasks.check_trail",
        "schedule": crontab(hour="3", minute="15"),
        "options": {"expires": 6 * HOUR},
    },
    "mail the head of the audit trail": {
        "task": "tracker.tasks.mail_trail_head",
        "schedule": crontab(hour="6", minute="15"),
        "options": {"expires": 6 * HOUR},
    },
    "keep the figures of the cohort ready": {
        "task": "tracker.tasks.keep_cohorts",
        "schedule": crontab(minute="5"),
        "options": {"expires": HOUR // 2},
    },
    "remove sessions and tokens that have expired": {
        "task": "tracker.tasks.clear_expired",
        "schedule": crontab(hour="2", minute="45"),
        "options": {"expires": 6 * HOUR},
    },
}

app = Celery("tracker", task_cls="tracker.acting:ActingTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT_SCHEDULE
app.autodiscover_tasks()


class SettledMemory(bootsteps.StartStopStep):
    """Takes everything that start-up made out of the garbage collector's rounds, before the first child is forked.

    Work over whole clinics makes millions of short-lived values; looking at all code again and again among them cost a
    quarter of the time of a night's reconciliation.
    """

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        gc.collect()
        gc.freeze()


app.steps["worker"].add(SettledMemory)
app.steps["worker"].add(DjangoStructLogInitStep)  # log lines of a task carry its id
