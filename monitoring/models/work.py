"""What staff do about open items: samples on their way, items not needed, contacts, and whose work it is."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from monitoring.rules.vocabulary import ContactChannel, ContactOutcome, Symptom
from patients.models.entry import Entry
from patients.models.patient import Patient


class SampleTaken(Entry):
    """A sample on its way: the item waits for its result until a day, and then is asked for again."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="samples_taken")
    item = models.CharField(max_length=64)
    occasion = models.CharField(max_length=64, blank=True)
    taken_on = models.DateField()
    until = models.DateField()
    note = models.CharField(max_length=300, blank=True)

    class Meta(Entry.Meta):
        verbose_name_plural = "samples taken"
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__gt=F("taken_on")),
                name="%(app_label)s_%(class)s_expected_later",
                violation_error_message="The result is expected after the sample.",
            ),
        )
        indexes = (models.Index(fields=("patient", "item"), name="monitoring_sample_taken_of"),)


class NotNeeded(Entry):
    """A due item that is not needed, with the reason: until a day, or (no day) while the same drug asks for it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="items_not_needed")
    item = models.CharField(max_length=64)
    occasion = models.CharField(max_length=64, blank=True)
    made_on = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    protocol_version = models.CharField(max_length=40, blank=True, editable=False)

    class Meta(Entry.Meta):
        verbose_name_plural = "items not needed"
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("made_on")),
                name="%(app_label)s_%(class)s_until_later",
                violation_error_message="It is needed again on a later day.",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_with_reason"),
        )
        indexes = (models.Index(fields=("patient", "item"), name="monitoring_not_needed_of"),)


class Contact(Entry):
    """One attempt to reach a patient about monitoring, what came of it, and the symptoms that were asked about.

    A booked visit that was missed is the outcome `did_not_attend`, on the day of the visit.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    on = models.DateField()
    item = models.CharField(max_length=64, blank=True)
    occasion = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16, choices=ContactChannel.choices())
    outcome = models.CharField(max_length=20, choices=ContactOutcome.choices())
    symptoms_asked = models.BooleanField(default=False)
    symptoms = ArrayField(
        models.CharField(max_length=20, choices=Symptom.choices()), default=list, blank=True, size=len(Symptom)
    )
    note = models.CharField(max_length=500, blank=True)

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(symptoms_asked=True) | Q(symptoms=[]),
                name="%(app_label)s_%(class)s_symptoms_when_asked",
                violation_error_message="Symptoms can only be recorded when they were asked about.",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=ContactOutcome.OTHER) | ~Q(note=""),
                name="%(app_label)s_%(class)s_other_described",
                violation_error_message="Say what came of it.",
            ),
        )
        indexes = (models.Index(fields=("patient", "on"), name="monitoring_contact_by_day"),)


class Assignment(Entry):
    """Whose work it is: one item of a patient, or (item "") all of the patient's monitoring."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assignments")
    item = models.CharField(max_length=64, blank=True)
    occasion = models.CharField(max_length=64, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                fields=("patient", "item", "occasion"),
                condition=Q(superseded_at__isnull=True),
                name="%(app_label)s_%(class)s_one_current",
            ),
        )
        indexes = (models.Index(fields=("owner",), name="monitoring_assignment_of"),)


class SavedView(models.Model):
    """A member of staff's own name for a set of worklist filters, as they stand in the address."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("staff", "name"),
                name="%(app_label)s_%(class)s_name_once",
                violation_error_message="You already have a view of that name.",
            ),
        )

    def __str__(self) -> str:
        return f"saved view {self.pk}"
