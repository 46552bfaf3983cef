"""What is typed about who a patient is. Shape and parse only; actions decide."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html

from patients.actions import NewAssessment, NewEnzyme
from patients.entries import LONGEST_REASON
from patients.inputs import (
    DAY_HELP,
    DayField,
    EntryForm,
    NumberField,
    PartialDayField,
    PartsField,
    Section,
    WholeNumberField,
    one_of,
    words,
)
from patients.models import Assessment, AssessmentEnzyme
from patients.rules.vocabulary import (
    AntibodyFinding,
    ConditionKind,
    EnzymeName,
    MrcGrade,
    MuscleGroup,
    PatientStatus,
    SevereFeature,
    Sex,
    Subtype,
)

_ENZYME_UNITS = AssessmentEnzyme._meta.get_field("unit").choices or []
_MMT_FORMS = [(str(maximum), label) for maximum, label in Assessment._meta.get_field("mmt_maximum").choices or []]

# Readings 1 to 5: what each statement takes in and what it leaves out.
_SEVERE_HELP = {
    SevereFeature.SEVERE_WEAKNESS: "weaker than MRC grade 4 in a proximal or axial group; not a distal one",
    SevereFeature.RESPIRATORY_FAILURE_FROM_ILD: "interstitial lung disease without respiratory failure does not count",
    SevereFeature.SEVERE_DYSPHAGIA: "plain dysphagia does not count",
    SevereFeature.OTHER_LIFE_THREATENING: "for example failure of the breathing muscles; say which in the notes",
}


def _with_help(feature: SevereFeature) -> str:
    help_text = _SEVERE_HELP.get(feature)
    if help_text is None:
        return feature.label
    return format_html('<span>{}<span class="field__help"> – {}</span></span>', feature.label, help_text)


class RegisterPatientForm(EntryForm):
    """A new patient. `clinics` are those in which the member of staff may register, as pairs of id and name."""

    clinic = forms.TypedChoiceField(label="Clinic", coerce=int)
    hospital_number = words("Hospital number", length=20, required=True)
    nhs_number = words(
        "NHS number", length=14, help_text="Ten digits, for example 999 123 4567. Leave it empty if not known."
    )
    family_name = words("Family name", length=100, required=True)
    given_names = words("Given names", length=100, required=True)
    born = PartialDayField(label="Date of birth", required=False)
    sex = one_of(Sex, "Sex", initial=Sex.NOT_RECORDED)
    subtype = one_of(Subtype, "Subtype of myositis", initial=Subtype.NOT_RECORDED)

    layout = (
        Section("Numbers", ("clinic", "hospital_number", "nhs_number")),
        Section("Person", ("family_name", "given_names", "born", "sex")),
        Section("Disease", ("subtype",)),
        Section("Somebody alike is registered", ("register_because",)),
    )

    def __init__(self, data: Any = None, *, today: date, clinics: Sequence[tuple[int, str]]) -> None:
        super().__init__(data, today=today)
        choices: list[tuple[int | str, str]] = list(clinics)
        clinic = self.fields["clinic"]
        assert isinstance(clinic, forms.TypedChoiceField)
        clinic.choices = choices if len(choices) == 1 else [("", "Choose one"), *choices]
        if data is not None and "register_because" in data:
            self.ask_why()

    def ask_why(self) -> None:
        """Somebody alike is there: asks why the patient is registered all the same."""
        why = "If it is somebody else: why is this patient registered all the same?"
        help_text = "For example: a twin, or a namesake with another NHS number. Leave it empty to be asked again."
        self.fields["register_because"] = words(why, length=LONGEST_REASON, help_text=help_text)


class ChangeStatusForm(EntryForm):
    """Whether the patient is under care; `version` is the one that the page was read at."""

    status = one_of(PatientStatus, "Status", radios=True, but=(PatientStatus.MERGED,))
    on = DayField(label="From", required=False, help_text="The day of death, of transfer or of discharge. " + DAY_HELP)
    reason = words(
        "Reason", length=200, help_text="For example the service that takes over. Not needed for “under care”."
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class AddWeightForm(EntryForm):
    """Weight, height or both, measured on one day."""

    on = DayField(label="Measured on")
    kilograms = NumberField(label="Weight in kg")
    centimetres = NumberField(label="Height in cm")


class AddConditionForm(EntryForm):
    """A condition that the pathway or the monitoring reads."""

    kind = one_of(ConditionKind, "Condition")
    description = words(
        "Description", length=200, help_text="Needed for “other condition” and “other life-threatening complication”."
    )
    from_on = PartialDayField(label="Present from")
    to_on = DayField(
        label="Last day", required=False, help_text="Leave it empty while it is still present. " + DAY_HELP
    )


class EndConditionForm(EntryForm):
    """The last day of a condition."""

    to_on = DayField(label="Last day", help_text="The last day on which it was present. " + DAY_HELP)


class AddAntibodyForm(EntryForm):
    """A myositis autoantibody finding."""

    name = words(
        "Autoantibody", length=80, required=True, help_text="As the laboratory prints it, for example anti-Jo-1."
    )
    finding = one_of(AntibodyFinding, "Finding", radios=True, initial=AntibodyFinding.POSITIVE)
    on = DayField(label="Sampled on", required=False, help_text="Leave it empty if the day is not known. " + DAY_HELP)


class EnzymeField(PartsField):
    """One muscle enzyme with its unit and the laboratory's upper limit. Gives a NewEnzyme, or None when empty."""

    def __init__(self, name: EnzymeName) -> None:
        self.enzyme = name
        parts = (
            NumberField(label="Value"),
            forms.ChoiceField(label="Unit", choices=_ENZYME_UNITS),
            NumberField(label="Upper limit"),
        )
        super().__init__(parts, label=name.label)

    def compress(self, data_list: Any) -> NewEnzyme | None:
        value, unit, upper_limit = data_list
        if value is None:
            if upper_limit is not None:
                raise forms.ValidationError("Enter the value that this upper limit belongs to.")
            return None
        return NewEnzyme(name=self.enzyme, value=value, unit=unit or "U/L", upper_limit=upper_limit)


class AddAssessmentForm(EntryForm):
    """The IMACS core set, each measure optional, and what the clinician states."""

    on = PartialDayField(label="Assessed on")
    physician_global = NumberField(label="Physician global", help_text="0 to 10 cm.")
    patient_global = NumberField(label="Patient global", help_text="0 to 10 cm.")
    extramuscular_global = NumberField(label="Extramuscular global", help_text="0 to 10 cm.")
    haq = NumberField(label="HAQ disability index (CHAQ in children)", help_text="0 to 3 in steps of 0.125.")
    mmt = NumberField(label="Manual muscle test (MMT) total")
    mmt_maximum = forms.TypedChoiceField(
        label="MMT form", choices=[("", "Choose one"), *_MMT_FORMS], coerce=int, empty_value=None, required=False
    )
    lowest_mrc = one_of(
        MrcGrade,
        "Lowest MRC grade",
        required=False,
        empty="Not recorded",
        help_text="The weakest group that was tested.",
    )
    lowest_mrc_group = one_of(MuscleGroup, "Where the lowest grade was found", initial=MuscleGroup.NOT_RECORDED)
    ck = EnzymeField(EnzymeName.CK)
    ldh = EnzymeField(EnzymeName.LDH)
    ast = EnzymeField(EnzymeName.AST)
    alt = EnzymeField(EnzymeName.ALT)
    aldolase = EnzymeField(EnzymeName.ALDOLASE)
    cmas = WholeNumberField(
        label="CMAS", help_text="Childhood Myositis Assessment Scale, 0 to 52. It may stand for MMT."
    )
    das = NumberField(
        label="DAS", help_text="Disease Activity Score, 0 to 20. It may stand for the extramuscular global."
    )
    fvc_percent = NumberField(label="FVC", help_text="Percent of predicted.")
    dlco_percent = NumberField(label="DLCO", help_text="Percent of predicted.")
    severe_features = forms.TypedMultipleChoiceField(
        label="Present at this assessment",
        choices=[(feature.value, _with_help(feature)) for feature in SevereFeature],
        coerce=SevereFeature,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick what holds. One is enough to put the patient in the severe group.",
    )
    non_severe_confirmed = forms.BooleanField(
        label="I confirm that the disease is not severe",
        required=False,
        help_text="Without this, a patient once assessed as severe stays in the severe group until remission.",
    )
    notes = words("Notes", length=4000, lines=4)

    layout = (
        Section("When", ("on",)),
        Section("Global scores and function", ("physician_global", "patient_global", "extramuscular_global", "haq")),
        Section("Strength", ("mmt", "mmt_maximum", "lowest_mrc", "lowest_mrc_group")),
        Section(
            "Muscle enzymes",
            tuple(EnzymeName),
            "Leave a row empty if it was not measured. The upper limit is the laboratory's own, in the same unit.",
        ),
        Section("Juvenile disease, if measured", ("cmas", "das")),
        Section("Lungs", ("fvc_percent", "dlco_percent")),
        Section("Severe features", ("severe_features", "non_severe_confirmed")),
        Section("Notes", ("notes",)),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        today: date,
        initial: Mapping[str, Any] | None = None,
        previous: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, today=today, initial=initial)
        self.show_previous(previous or {})

    def values(self) -> NewAssessment:
        """What was typed, as the action takes it. Only for a valid form."""
        typed: dict[str, Any] = self.cleaned_data
        enzymes = tuple(typed[name] for name in EnzymeName if typed[name] is not None)
        plain: dict[str, Any] = {name: typed[name] for name in _MEASURES}
        return NewAssessment(
            on=typed["on"].on,
            precision=typed["on"].precision,
            mmt_maximum=typed["mmt_maximum"],
            enzymes=enzymes,
            lowest_mrc=typed["lowest_mrc"],
            lowest_mrc_group=typed["lowest_mrc_group"],
            severe_features=tuple(typed["severe_features"]),
            non_severe_confirmed=typed["non_severe_confirmed"],
            notes=typed["notes"],
            **plain,
        )


_MEASURES = (
    "physician_global",
    "patient_global",
    "extramuscular_global",
    "haq",
    "mmt",
    "cmas",
    "das",
    "fvc_percent",
    "dlco_percent",
)


class WithdrawEntryForm(EntryForm):
    """Why an entry is withdrawn. A page adds what must be confirmed with it."""

    reason = words(
        "Why was this entered in error?",
        length=300,
        required=True,
        help_text="For example: entered for another patient.",
    )


class ContactDetailsForm(EntryForm):
    """Where the patient can be written to; `version` is the id of the details that the page shows, 0 for none."""

    email = forms.EmailField(label="E-mail address", required=False, max_length=254)
    may_remind = forms.BooleanField(
        label="The patient agreed to reminders by e-mail",
        required=False,
        help_text="E-mail can be read by others who use the same mailbox. Ask, and tell them that each reminder has a "
        "link that ends them.",
    )
    agreed_on = DayField(label="Agreed on", required=False, help_text="Needed with an agreement. " + DAY_HELP)
    version = forms.IntegerField(widget=forms.HiddenInput)

    layout = (Section("Address", ("email",)), Section("Reminders", ("may_remind", "agreed_on")))
