"""What was found in an entry is told at once, on the page that answers it: its alert is raised in the background."""

from django.contrib import messages
from django.http import HttpRequest

from monitoring.rules.findings import AlertFinding
from monitoring.rules.vocabulary import AlertGrade


def say_found(request: HttpRequest, found: AlertFinding) -> None:
    """How soon, what, and what to do: as the alert will say it."""
    words = f"{found.grade.label.capitalize()}: {found.text}. {found.action}".strip()
    level = messages.ERROR if found.grade is AlertGrade.URGENT else messages.WARNING
    messages.add_message(request, level, words)
