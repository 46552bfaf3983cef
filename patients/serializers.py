"""The shape of who a patient is, in and out of the API. Rules of the record live in the actions, not here."""

from typing import Any

from django.core.validators import MaxLengthValidator
from rest_framework import serializers

from patients.actions import NewAssessment, NewEnzyme
from patients.fields import ClinicalDateField, IdField, QuantityField, StrictSerializer, WordField
from patients.models import Clinic
from patients.models.patient import Provenance
from patients.rules.vocabulary import (
    AntibodyFinding,
    ConditionKind,
    DatePrecision,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    PatientStatus,
    SevereFeature,
    Sex,
    Subtype,
)


class EntrySerializer(StrictSerializer):
    """What every recorded fact shows: its id, and when and by whom it was entered."""

    id = serializers.IntegerField(read_only=True)
    recorded_at = serializers.DateTimeField(read_only=True)
    recorded_by = serializers.CharField(source="recorded_by.username", read_only=True)


class PatientFactSerializer(EntrySerializer):
    patient = IdField(source="patient_id")


class ClinicSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    slug = serializers.CharField(read_only=True)
    time_zone = serializers.CharField(read_only=True)
    permissions = serializers.SerializerMethodField()

    def get_permissions(self, clinic: Clinic) -> list[str]:
        """What the person signed in may do in this clinic."""
        return sorted(self.context["permissions_in"](clinic.pk))


class PatientSerializer(StrictSerializer):
    """`version` goes back with a change of status, so that nobody overwrites what they have not seen."""

    id = serializers.IntegerField(read_only=True)
    clinic = IdField(source="clinic_id")
    hospital_number = serializers.CharField(max_length=20)
    nhs_number = serializers.CharField(max_length=20, required=False, allow_blank=True)
    given_names = serializers.CharField(max_length=100)
    family_name = serializers.CharField(max_length=100)
    born = ClinicalDateField(required=False, allow_null=True)
    born_precision = WordField(DatePrecision, read_only=True)
    sex = WordField(Sex, required=False)
    subtype = WordField(Subtype, required=False)
    register_because = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        write_only=True,
        help_text="Why this is somebody else, where the first attempt was answered with 409 and those alike.",
    )
    merged_into = serializers.IntegerField(source="merged_into_id", read_only=True, allow_null=True)
    status = WordField(PatientStatus, read_only=True)
    status_on = serializers.DateField(read_only=True, allow_null=True)
    status_reason = serializers.CharField(read_only=True)
    provenance = serializers.ChoiceField(choices=Provenance.choices, read_only=True)
    provenance_title = serializers.CharField(read_only=True)
    provenance_url = serializers.CharField(read_only=True)
    provenance_dates = serializers.CharField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    recorded_at = serializers.DateTimeField(read_only=True)


class PatientSearchSerializer(StrictSerializer):
    text = serializers.CharField(max_length=100, help_text="A name, a hospital or NHS number, or a day of birth.")


class PatientsFoundSerializer(serializers.Serializer[Any]):
    """The patients that fit, by name; `more` says that there are others, so that the text should say more."""

    results = PatientSerializer(many=True)
    more = serializers.BooleanField()


class StatusChangeSerializer(StrictSerializer):
    status = WordField(PatientStatus)
    on = ClinicalDateField(allow_null=True, default=None)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    version = serializers.IntegerField(min_value=1)


class WeightSerializer(PatientFactSerializer):
    on = ClinicalDateField()
    kilograms = QuantityField(max_digits=5, decimal_places=2)


class HeightSerializer(PatientFactSerializer):
    on = ClinicalDateField()
    centimetres = QuantityField(max_digits=4, decimal_places=1)


class ConditionSerializer(PatientFactSerializer):
    kind = WordField(ConditionKind)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    from_on = ClinicalDateField()
    to_on = ClinicalDateField(required=False, allow_null=True)
    precision = WordField(DatePrecision, required=False)


class ConditionEndSerializer(StrictSerializer):
    to_on = ClinicalDateField()


class AutoantibodySerializer(PatientFactSerializer):
    name = serializers.CharField(max_length=80)
    finding = WordField(AntibodyFinding, required=False)
    on = ClinicalDateField(required=False, allow_null=True)


class EnzymeSerializer(StrictSerializer):
    name = WordField(EnzymeName)
    value = QuantityField(max_digits=10, decimal_places=3, min_value=0)
    unit = serializers.ChoiceField(choices=[("U/L", "U/L"), ("ukat/L", "µkat/L")], default="U/L")
    upper_limit = QuantityField(max_digits=9, decimal_places=3, required=False, allow_null=True)


class AssessmentSerializer(PatientFactSerializer):
    """Globals 0-10 cm, HAQ (CHAQ) 0-3 in eighths, MMT out of `mmt_maximum`, FVC and DLCO in percent of predicted.

    CMAS (0-52, whole numbers) and DAS (0-20) are measures of juvenile dermatomyositis.
    """

    on = ClinicalDateField()
    precision = WordField(DatePrecision, required=False)
    physician_global = QuantityField(max_digits=3, decimal_places=1, required=False, allow_null=True)
    patient_global = QuantityField(max_digits=3, decimal_places=1, required=False, allow_null=True)
    mmt = QuantityField(max_digits=4, decimal_places=1, required=False, allow_null=True)
    mmt_maximum = serializers.ChoiceField(choices=[80, 150, 260], required=False, allow_null=True)
    haq = QuantityField(max_digits=4, decimal_places=3, required=False, allow_null=True)
    extramuscular_global = QuantityField(max_digits=3, decimal_places=1, required=False, allow_null=True)
    cmas = QuantityField(max_digits=2, decimal_places=0, required=False, allow_null=True)
    das = QuantityField(max_digits=3, decimal_places=1, required=False, allow_null=True)
    enzymes = EnzymeSerializer(many=True, required=False)
    lowest_mrc = WordField(MrcGrade, required=False, allow_null=True)
    lowest_mrc_group = WordField(MuscleGroup, required=False)
    fvc_percent = QuantityField(max_digits=4, decimal_places=1, required=False, allow_null=True)
    dlco_percent = QuantityField(max_digits=4, decimal_places=1, required=False, allow_null=True)
    severe_features = serializers.ListField(child=WordField(SevereFeature), required=False)
    non_severe_confirmed = serializers.BooleanField(required=False)
    notes = serializers.CharField(required=False, allow_blank=True, validators=[MaxLengthValidator(10_000)])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """As the action takes it: the patient, and the values."""
        values = dict(attrs)
        patient_id = values.pop("patient_id")
        values["enzymes"] = tuple(NewEnzyme(**enzyme) for enzyme in values.get("enzymes", ()))
        if values.get("cmas") is not None:
            values["cmas"] = int(values["cmas"])
        values["severe_features"] = tuple(dict.fromkeys(values.get("severe_features", ())))
        return {"patient_id": patient_id, "values": NewAssessment(**values)}


class WithdrawalSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=300, help_text="Why the entry should never have been made.")


class AsOfSerializer(StrictSerializer):
    as_of = ClinicalDateField(required=False, help_text="The day to answer for. Left out: today in the clinic.")


class LookingBackSerializer(AsOfSerializer):
    """A day to answer for, and a day up to whose end the record is read. Without `as_of`, `known_on` is both."""

    known_on = ClinicalDateField(
        required=False,
        help_text="Answer from what had been recorded by the end of this day, by the clinic's clocks; rows corrected "
        "or withdrawn later count as they did then. Left out: from what is recorded now.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        known_on = attrs.get("known_on")
        return {"as_of": known_on, **attrs} if known_on else attrs
