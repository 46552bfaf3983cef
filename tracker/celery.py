"""The Celery application and its one, static schedule (UTC).

Nothing is ever delayed through Celery: due dates live in the database, and what beat misses, its next run makes good.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

HOUR = 60 * 60  # seconds

# `expires`: a run that found no worker in time is dropped, so that a queue of old runs never builds up.
BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "reconcile what is due in every clinic": {
        "task": "monitoring.tasks.reconcile_all",
        "schedule": crontab(hour="1", minute="15"),
        "options": {"expires": 6 * HOUR},
    },
    "remove sessions and tokens that have expired": {
        "task": "tracker.tasks.clear_expired",
        "schedule": crontab(hour="2", minute="45"),
        "options": {"expires": 6 * HOUR},
    },
}

app = Celery("tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT_SCHEDULE
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)  # log lines of a task carry its id
