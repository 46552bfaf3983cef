"""The shape of work on due items, in and out of the API. Rules of the record live in the actions, not here."""

from typing import Any

from rest_framework import serializers

from monitoring.rules.vocabulary import ContactChannel, ContactOutcome, Symptom
from patients.fields import ClinicalDateField, IdField, StrictSerializer, WordField
from patients.serializers import EntrySerializer, PatientFactSerializer

_ITEM: dict[str, Any] = {"max_length": 64, "required": False, "allow_blank": True}


class ContactSerializer(PatientFactSerializer):
    """One attempt to reach a patient; a missed visit is the outcome `did_not_attend`, on the day of the visit.

    `item` and `occasion` as in the due item that it was about; empty when it was about none in particular.
    """

    on = ClinicalDateField()
    item = serializers.CharField(**_ITEM)
    occasion = serializers.CharField(**_ITEM)
    channel = WordField(ContactChannel)
    outcome = WordField(ContactOutcome)
    symptoms_asked = serializers.BooleanField(required=False)
    symptoms = serializers.ListField(child=WordField(Symptom), required=False, max_length=len(Symptom))
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class SampleTakenSerializer(EntrySerializer):
    """One item of a sample on its way. Its result is expected before `until`; then the item is asked for again."""

    patient = serializers.IntegerField(source="patient_id", read_only=True)
    item = serializers.CharField()
    occasion = serializers.CharField()
    taken_on = serializers.DateField()
    until = serializers.DateField()
    note = serializers.CharField()


class NewSampleSerializer(StrictSerializer):
    """A sample for one or several items. Without `until` the site's usual wait for a result holds."""

    patient = IdField(source="patient_id")
    items = serializers.ListField(child=serializers.CharField(max_length=64), allow_empty=False, max_length=100)
    occasion = serializers.CharField(**_ITEM)
    taken_on = ClinicalDateField()
    until = ClinicalDateField(required=False, allow_null=True)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class SamplesTakenSerializer(serializers.Serializer[Any]):
    """The recorded rows, one for each item."""

    samples = SampleTakenSerializer(many=True)


class NotNeededSerializer(PatientFactSerializer):
    """`until` null: for as long as the same drug asks for it."""

    item = serializers.CharField(max_length=64)
    occasion = serializers.CharField(**_ITEM)
    made_on = serializers.DateField(read_only=True)
    until = ClinicalDateField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=300)


class AssignmentSerializer(PatientFactSerializer):
    """Whose work an item is, by the id of a member of staff; without `item` all of the patient's monitoring."""

    item = serializers.CharField(**_ITEM)
    occasion = serializers.CharField(**_ITEM)
    owner = IdField(source="owner_id")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As the action takes it."""
        said = dict(attrs)
        return {"owner": said.pop("owner_id"), **said}
