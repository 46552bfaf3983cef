from django.conf import settings
from django.db import models
from django.utils import timezone

from monitoring.rules.vocabulary import FeedContent


class CalendarFeed(models.Model):
    """A member of staff's calendar address. Only the hash of its token is kept; it can be revoked at any time."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True)
    content = models.CharField(max_length=10, choices=FeedContent.choices())
    label = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("staff",), name="monitoring_feed_of"),)

    def __str__(self) -> str:
        return f"calendar feed {self.pk}"
