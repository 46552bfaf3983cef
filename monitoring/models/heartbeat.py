from django.db import models


class Heartbeat(models.Model):
    """When a background job last came to its end. A job that should have run and has not turns the banner red."""

    name = models.CharField(max_length=60, unique=True)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"heartbeat of {self.name}"
