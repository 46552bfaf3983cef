from django.db import models
from django.db.models import Q

from patients.models.entry import Entry
from patients.models.patient import Patient
from regimens.models.course import Outcome
from regimens.models.milestone import Milestone
from regimens.rules.vocabulary import PromptCode, ReviewAnswer


class Review(Entry):
    """A clinician's answer to a question that the software put.

    `subject` names the course that was asked about ("" for the patient), `fingerprint` the facts that made the software
    ask: the same question is put again only when these change, or when a deferral ends. `trace` is the question as it
    was shown: its predicates, rule ids, protocol version and the version of each fact.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reviews")
    on = models.DateField()
    prompt = models.CharField(max_length=32, choices=PromptCode.choices())
    subject = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64)
    answer = models.CharField(max_length=12, choices=ReviewAnswer.choices())
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    rule_id = models.CharField(max_length=64)
    protocol_version = models.CharField(max_length=32)
    trace = models.JSONField()
    outcome = models.ForeignKey(Outcome, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews")
    milestone = models.ForeignKey(Milestone, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews")

    class Meta(Entry.Meta):
        constraints = (
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(answer=ReviewAnswer.DEFERRED, until__isnull=False, until__gt=models.F("on"))
                | (~Q(answer=ReviewAnswer.DEFERRED) & Q(until__isnull=True)),
                name="%(app_label)s_%(class)s_deferred_until",
                violation_error_message="A question is put off until a later day.",
            ),
            models.CheckConstraint(
                condition=Q(answer=ReviewAnswer.ACCEPTED) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="Say why the question is put off or rejected.",
            ),
            models.CheckConstraint(
                condition=Q(answer=ReviewAnswer.ACCEPTED) | Q(outcome__isnull=True, milestone__isnull=True),
                name="%(app_label)s_%(class)s_records_only_when_accepted",
            ),
        )
        indexes = (models.Index(fields=("patient", "on"), name="regimens_review_by_day"),)
