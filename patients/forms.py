"""What is typed about who a patient is. Shape and parse only; actions decide."""

from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

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
    SeenForm,
    ShownSection,
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


class WhoForm(EntryForm):
    """Who a patient is: numbers, names, birth and sex."""

    hospital_number = words(_("Hospital number"), length=20, required=True)
    nhs_number = words(
        _("NHS number"), length=14, help_text=_("Ten digits, for example 999 123 4567. Leave it empty if not known.")
    )
    family_name = words(_("Family name"), length=100, required=True)
    given_names = words(_("Given names"), length=100, required=True)
    born = PartialDayField(label=_("Date of birth"), required=False)
    sex = one_of(Sex, _("Sex"), initial=Sex.NOT_RECORDED)


class RegisterPatientForm(WhoForm):
    """A new patient. `clinics` are those in which the member of staff may register, as pairs of id and name."""

    clinic = forms.TypedChoiceField(label=_("Clinic"), coerce=int)
    subtype = one_of(Subtype, _("Subtype of myositis"), initial=Subtype.NOT_RECORDED)

    field_order = ("clinic",)
    layout = (
        Section(_("Numbers"), ("clinic", "hospital_number", "nhs_number")),
        Section(_("Person"), ("family_name", "given_names", "born", "sex")),
        Section(_("Disease"), ("subtype",)),
        Section(_("Somebody alike is registered"), ("register_because",)),
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

    status = one_of(PatientStatus, _("Status"), radios=True, but=(PatientStatus.MERGED,))
    on = DayField(
        label=_("From"), required=False, help_text=_("The day of death, of transfer or of discharge. ") + DAY_HELP
    )
    reason = words(_("Reason"), length=200, help_text=_("For example the service that takes over."))
    version = forms.IntegerField(widget=forms.HiddenInput)

    needed_for = {"on": _("any status but “under care”"), "reason": _("any status but “under care”")}


class AddWeightForm(EntryForm):
    """Weight, height or both, measured on one day."""

    on = DayField(label=_("Measured on"))
    kilograms = NumberField(label=_("Weight in kg"))
    centimetres = NumberField(label=_("Height in cm"))

    one_needed = ("kilograms", "centimetres")


class AddConditionForm(EntryForm):
    """A condition that the pathway or the monitoring reads."""

    kind = one_of(ConditionKind, _("Condition"))
    description = words(_("Description"), length=200)
    from_on = PartialDayField(label=_("Present from"))
    to_on = DayField(
        label=_("Last day"), required=False, help_text=_("Leave it empty while it is still present. ") + DAY_HELP
    )

    needed_for = {"description": _("“other condition” and “other life-threatening complication”")}


class EndConditionForm(EntryForm):
    """The last day of a condition."""

    to_on = DayField(label=_("Last day"), help_text=_("The last day on which it was present. ") + DAY_HELP)


class AddAntibodyForm(EntryForm):
    """A myositis autoantibody finding."""

    name = words(
        _("Autoantibody"), length=80, required=True, help_text=_("As the laboratory prints it, for example anti-Jo-1.")
    )
    finding = one_of(AntibodyFinding, _("Finding"), radios=True, initial=AntibodyFinding.POSITIVE)
    on = DayField(
        label=_("Sampled on"), required=False, help_text=_("Leave it empty if the day is not known. ") + DAY_HELP
    )


class EnzymeField(PartsField):
    """One muscle enzyme with its unit and the laboratory's upper limit. Gives a NewEnzyme, or None when empty."""

    def __init__(self, name: EnzymeName) -> None:
        self.enzyme = name
        parts = (
            NumberField(label=_("Value")),
            forms.ChoiceField(label=_("Unit"), choices=_ENZYME_UNITS),
            NumberField(label=_("Upper limit")),
        )
        super().__init__(parts, label=name.label)

    def compress(self, data_list: Any) -> NewEnzyme | None:
        value, unit, upper_limit = data_list
        if value is None:
            if upper_limit is not None:
                raise forms.ValidationError(_("Enter the value that this upper limit belongs to."))
            return None
        return NewEnzyme(name=self.enzyme, value=value, unit=unit or "U/L", upper_limit=upper_limit)


class AddAssessmentForm(SeenForm):
    """The IMACS core set, each measure optional, and what the clinician states."""

    on = PartialDayField(label=_("Assessed on"), help_text=_("05/04/2026, 04/2026 or today"))
    physician_global = NumberField(label=_("Physician global"), help_text=_("0 to 10 cm"))
    patient_global = NumberField(label=_("Patient global"), help_text=_("0 to 10 cm"))
    extramuscular_global = NumberField(label=_("Extramuscular global"), help_text=_("0 to 10 cm"))
    haq = NumberField(label=_("HAQ disability index (CHAQ)"), help_text=_("0 to 3 in steps of 0.125"))
    mmt = NumberField(label=_("Manual muscle test (MMT) total"))
    mmt_maximum = forms.TypedChoiceField(
        label=_("MMT form"), choices=[("", "Choose one"), *_MMT_FORMS], coerce=int, empty_value=None, required=False
    )
    lowest_mrc = one_of(
        MrcGrade,
        _("Lowest MRC grade"),
        required=False,
        empty="Not recorded",
    )
    lowest_mrc_group = one_of(MuscleGroup, _("Where it was found"), initial=MuscleGroup.NOT_RECORDED)
    ck = EnzymeField(EnzymeName.CK)
    ldh = EnzymeField(EnzymeName.LDH)
    ast = EnzymeField(EnzymeName.AST)
    alt = EnzymeField(EnzymeName.ALT)
    aldolase = EnzymeField(EnzymeName.ALDOLASE)
    cmas = WholeNumberField(label=_("CMAS"), help_text=_("0 to 52; may stand for MMT"))
    das = NumberField(label=_("DAS"), help_text=_("0 to 20; may stand for extramuscular"))
    fvc_percent = NumberField(label=_("FVC in % of predicted"))
    dlco_percent = NumberField(label=_("DLCO in % of predicted"))
    severe_features = forms.TypedMultipleChoiceField(
        label=_("Present at this assessment"),
        choices=[(feature.value, _with_help(feature)) for feature in SevereFeature],
        coerce=SevereFeature,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One is enough for the severe group."),
    )
    non_severe_confirmed = forms.BooleanField(
        label=_("I confirm that the disease is not severe"),
        required=False,
        help_text=_("Without this, a patient once assessed as severe stays in the severe group until remission."),
    )
    notes = words(_("Notes"), length=4000, lines=3)

    # Every measure may be left out; the page says so once.
    all_optional = True

    layout = (
        Section(_("When"), ("on",)),
        Section(_("Strength"), ("mmt", "mmt_maximum", "lowest_mrc", "lowest_mrc_group")),
        Section(_("Lungs"), ("fvc_percent", "dlco_percent")),
        Section(_("Global scores and function"), ("physician_global", "patient_global", "extramuscular_global", "haq")),
        Section(_("Juvenile disease, if measured"), ("cmas", "das")),
        Section(_("Muscle enzymes"), tuple(EnzymeName), "The upper limit is the laboratory’s own, in the same unit."),
        Section(_("Severe features"), ("severe_features", "non_severe_confirmed")),
        Section(_("Notes"), ("notes",)),
    )
    columns = (3, 2, 1, 1)
    """How many of the sections stand in each column of a wide screen, in their order; the notes stand below all."""

    @property
    def section_columns(self) -> list[list[ShownSection]]:
        sections = iter(self.sections)
        return [list(islice(sections, count)) for count in self.columns]

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
        _("Why was this entered in error?"),
        length=300,
        required=True,
        help_text=_("For example: entered for another patient."),
    )


class ContactDetailsForm(EntryForm):
    """Where the patient can be written to; `version` is the id of the details that the page shows, 0 for none."""

    email = forms.EmailField(label=_("E-mail address"), required=False, max_length=254)
    may_remind = forms.BooleanField(
        label=_("The patient agreed to reminders by e-mail"),
        required=False,
        help_text=_(
            "E-mail can be read by others who use the same mailbox. Ask, and tell them that each reminder has a "
            "link that ends them."
        ),
    )
    agreed_on = DayField(label=_("Agreed on"), required=False, help_text=DAY_HELP)
    version = forms.IntegerField(widget=forms.HiddenInput)

    needed_for = {"email": _("reminders"), "agreed_on": _("an agreement")}
    layout = (Section(_("Address"), ("email",)), Section(_("Reminders"), ("may_remind", "agreed_on")))
