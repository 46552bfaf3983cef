from django.db import models

from patients.models.entry import Entry
from regimens.models.course import Course, DosePeriod


class DoseCheck(Entry):
    """What the dose guard said when a course was started or its dose changed, and the reason given to go on.

    `findings` holds each message as it was shown: code, level, sentence, rule id and source. Kept for every start and
    change at which the guard spoke; nothing is kept when it was silent.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="dose_checks")
    dose = models.ForeignKey(DosePeriod, on_delete=models.PROTECT, related_name="dose_checks")
    protocol_version = models.CharField(max_length=32)
    findings = models.JSONField()
    override_reason = models.CharField(max_length=500, blank=True)

    class Meta(Entry.Meta):
        indexes = (models.Index(fields=("course",), name="regimens_dose_check_by_course"),)
