from django.db import models


class Clinic(models.Model):
    """A myositis clinic. Staff see the patients of the clinics that they belong to, and no others."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=64, default="Europe/London")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
