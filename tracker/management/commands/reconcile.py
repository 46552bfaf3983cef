"""Brings every patient's due items in step with the schedule rules, now and in this process."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.actions import ReconcileReport, reconcile
from monitoring.tasks import CHUNK
from patients.selectors import patient_ids_by_clinic


class Command(BaseCommand):
    help = "Opens, moves, closes and cancels due items so that they match the schedule rules. Safe to run at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="the day to judge by, YYYY-MM-DD (default: today in each clinic)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        patient_ids = patient_ids_by_clinic()
        total = ReconcileReport()
        for start in range(0, len(patient_ids), CHUNK):
            total += reconcile(patient_ids=patient_ids[start : start + CHUNK], as_of=options["as_of"])
        self.stdout.write(
            f"{len(patient_ids)} patients: {total.opened} opened, {total.moved} moved, {total.done} done, "
            f"{total.cancelled} cancelled."
        )
