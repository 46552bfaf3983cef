"""The tour that is offered to somebody new: taken to its end or left out, it is not offered again."""

from django.utils import timezone

from patients.models import Staff


def end_tour(*, by: Staff) -> None:
    """Notes the moment at which the person finished the tour or left it out; the first one stays."""
    Staff.objects.filter(pk=by.pk, toured_at__isnull=True).update(toured_at=timezone.now())
    by.refresh_from_db(fields=["toured_at"])
