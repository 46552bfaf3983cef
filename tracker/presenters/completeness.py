"""How much of what matters is filled in: of a form while it is typed, and of an assessment as it is recorded."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext as _

from patients.facts import assessment_of, person_of
from patients.models import Assessment, Patient
from patients.protocol.load import load
from patients.rules import record
from patients.rules.core_set import missing_measures, stands_for
from patients.rules.improvement import COMPONENTS
from patients.rules.population import criteria_for
from patients.rules.vocabulary import EnzymeName, Measure

# What a select holds while nothing was chosen.
_NOTHING = frozenset({"", "not_recorded"})

# The controls that record a measure: any one group, filled in whole, is enough.
CONTROLS: dict[Measure, tuple[tuple[str, ...], ...]] = {
    Measure.PHYSICIAN_GLOBAL: (("physician_global",),),
    Measure.PATIENT_GLOBAL: (("patient_global",),),
    Measure.MMT: (("mmt", "mmt_maximum"),),
    Measure.HAQ: (("haq",),),
    Measure.ENZYMES: tuple((f"{name}_0",) for name in EnzymeName),
    Measure.EXTRAMUSCULAR_GLOBAL: (("extramuscular_global",),),
    Measure.CMAS: (("cmas",),),
    Measure.DAS: (("das",),),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that counts, by its name, and the groups of controls of which one filled in whole is enough."""

    label: str
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the things that count there are, and the names of those that are missing."""

    label: str
    of: int
    missing: tuple[str, ...]
    wanted: tuple[Wanted, ...] = ()

    @property
    def have(self) -> int:
        return self.of - len(self.missing)

    @property
    def note(self) -> str:
        """`Missing: physician global, HAQ or CHAQ.`, or that nothing is."""
        if not self.missing:
            return _("Nothing is missing.")
        return _("Missing: %(names)s.") % {"names": ", ".join(self.missing)}

    @property
    def wanted_json(self) -> str:
        """For the count that follows the typing (forms.js)."""
        return json.dumps([[one.label, one.groups] for one in self.wanted])


def of_form(form: forms.Form, label: str, wanted: Sequence[Wanted]) -> Completeness:
    """What of the form is filled in, as typed or as offered; whether it may be saved so is not asked here."""
    missing = tuple(one.label for one in wanted if not any(_is_filled(form, group) for group in one.groups))
    return Completeness(label, len(wanted), missing, tuple(wanted))


def core_set_wanted(patient: Patient, on: date) -> tuple[Wanted, ...]:
    """The six measures of a review by the patient's criteria on the day, each with the controls that record it."""
    population = criteria_for(person_of(patient), on)
    return tuple(
        Wanted(names[0].label, tuple(group for name in stands_for(names, population) for group in CONTROLS[name]))
        for names in COMPONENTS
    )


def core_set_label() -> str:
    return _("Measures of a review")


def of_record(patient: Patient, assessment: record.Assessment) -> Completeness:
    """How complete a recorded assessment is: the rule by which the service audits judge it."""
    population = criteria_for(person_of(patient), assessment.on)
    missing = missing_measures(assessment, load(), population)
    return Completeness(core_set_label(), len(COMPONENTS), tuple(one.label for one in missing))


def of_saved(patient: Patient, row: Assessment) -> Completeness:
    """The same of an assessment that was just saved."""
    return of_record(patient, assessment_of(row))


def _is_filled(form: forms.Form, controls: Sequence[str]) -> bool:
    return all(_value(form, name) not in _NOTHING for name in controls)


def _value(form: forms.Form, control: str) -> str:
    if form.is_bound:
        return str(form.data.get(control) or "").strip()
    return str(form.get_initial_for_field(form.fields[control], control) or "") if control in form.fields else ""
