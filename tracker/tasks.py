"""Background housekeeping of the site."""

from celery import shared_task
from django.core.management import call_command

from tracker import tokens


@shared_task
def clear_expired() -> None:
    """Nightly: removes sessions and API tokens that have ended by themselves."""
    call_command("clearsessions")
    tokens.clear_expired()
