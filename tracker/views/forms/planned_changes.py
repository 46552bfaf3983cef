"""The sandbox's list of changes as it is typed: each by the form of its own page, carried in hidden fields.

Nothing of it is kept on the server. At each post the list is read anew, and every entry is checked by its form again.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.forms import MultiWidget
from django.http import QueryDict

from patients.inputs import EntryForm
from patients.rules.permissions import Permission
from patients.rules.vocabulary import Vocabulary
from regimens.actions import NewDose
from regimens.dose_forms import ChangeDoseForm, StartCourseForm
from regimens.forms import StopCourseForm
from regimens.protocol.load import load
from regimens.rules.proposals import PROPOSED, ChangeDose, Proposal, StartDrug, StopDrug, Taper, applied, begun_by
from regimens.rules.record import DosePeriod, TreatmentRecord
from regimens.rules.vocabulary import CourseRole
from regimens.taper_forms import TAPER_ROWS, PlanTaperForm
from tracker.actions import MOST_CHANGES, PlannedChange
from tracker.views.forms.catalogue import drug_choices


class ChangeKind(Vocabulary):
    START = "start", "Start a drug"
    DOSE = "dose", "Change the dose"
    STOP = "stop", "Stop a drug"
    TAPER = "taper", "Plan a taper"


PERMISSIONS = {
    ChangeKind.START: Permission.RECORD_TREATMENT,
    ChangeKind.DOSE: Permission.RECORD_TREATMENT,
    ChangeKind.STOP: Permission.RECORD_TREATMENT,
    ChangeKind.TAPER: Permission.JUDGE_TREATMENT,
}
# Where an action's input is called otherwise than the field it was typed into, as on the page of each action.
FIELDS_OF_INPUTS: Mapping[ChangeKind, Mapping[str, str]] = {
    ChangeKind.START: {"start_on": "on", "from_on": "on"},
    ChangeKind.DOSE: {"from_on": "on"},
    ChangeKind.STOP: {"stop_on": "on", "stop_reason": "reason", "stop_note": "note"},
    ChangeKind.TAPER: {"steps": TAPER_ROWS[0]},
}
# A row's id, at most as long as the database holds one, or that of a course begun in the list (begun_by).
_COURSE_ID = re.compile(rf"[1-9][0-9]{{0,17}}|{PROPOSED}-[1-9][0-9]?")
# What the sandbox itself answers for: the whole record in place of a course's version, and the dose guard's messages.
_OF_THE_SANDBOX = ("version", "replaces", "seen", "override_reason")
_FORMS: Mapping[ChangeKind, Callable[..., EntryForm]] = {
    ChangeKind.DOSE: ChangeDoseForm,
    ChangeKind.STOP: StopCourseForm,
    ChangeKind.TAPER: PlanTaperForm,
}


@dataclass(frozen=True, slots=True)
class TypedChange:
    """One change as typed. `course` is a course's id, that of one begun earlier in the list, or "" for a start."""

    kind: ChangeKind
    course: str
    typed: tuple[tuple[str, str], ...]
    reason: str = ""

    def form(self, today: date) -> Any:
        """The form of the change's own page, bound to what was typed."""
        data = QueryDict(mutable=True)
        data.update(dict(self.typed))
        return form_of(self.kind, today, data)

    def hidden(self, number: int) -> list[tuple[str, str]]:
        """The change as hidden fields; the reason has a box of its own."""
        return [
            (f"change-{number}-kind", self.kind.value),
            (f"change-{number}-course", self.course),
            *((f"change-{number}-field-{name}", text) for name, text in self.typed),
        ]


def form_of(kind: ChangeKind, today: date, data: QueryDict | None = None) -> Any:
    """The form of one kind of change, empty or as typed."""
    starting = kind is ChangeKind.START
    form = StartCourseForm(data, today=today, drugs=drug_choices()) if starting else _FORMS[kind](data, today=today)
    for name in _OF_THE_SANDBOX:
        form.fields.pop(name, None)
    return form


def text(post: QueryDict, name: str) -> str:
    """What was sent under a name; of several the last, of none ""."""
    return str(post.get(name, ""))


def course_of(sent: str) -> str:
    """A course's id as the page writes it; "" for anything else, which no course has."""
    return sent if _COURSE_ID.fullmatch(sent) else ""


def read(post: QueryDict) -> list[TypedChange]:
    """The list as it was sent, in its order; what has no known kind ends it.

    One more than fits is read as well, so that saving refuses the list instead of leaving something out.
    """
    found = []
    for number in range(1, MOST_CHANGES + 2):
        kind = text(post, f"change-{number}-kind")
        if kind not in set(ChangeKind):
            break
        start = f"change-{number}-field-"
        names = sorted(name for name in post if name.startswith(start))
        typed = tuple((name.removeprefix(start), text(post, name)) for name in names)
        course, reason = course_of(text(post, f"change-{number}-course")), text(post, f"reason-{number}").strip()
        found.append(TypedChange(ChangeKind(kind), course, typed, reason))
    return found


def read_new(post: QueryDict, kind: ChangeKind, course: str, form: EntryForm) -> TypedChange:
    """What was typed into the open form, under the names of its own controls."""
    names = [name for field in form.fields for name in _controls(form, field)]
    typed = tuple((name, text(post, name)) for name in sorted(names) if text(post, name).strip())
    return TypedChange(kind, course, typed)


def after(record: TreatmentRecord, proposals: Iterable[Proposal]) -> TreatmentRecord:
    """The record after the changes; as it is where one of them is about a course that is not there."""
    try:
        return applied(record, proposals)
    except KeyError:
        return record


def without(changes: Sequence[TypedChange], which: str) -> list[TypedChange]:
    """The list without the change at a place from 1, and without those that rest on the course that it began.

    Places close up. What names no place takes nothing away.
    """
    number = next((place for place in range(1, len(changes) + 1) if str(place) == which), 0)
    gone = {number}
    if number and changes[number - 1].kind is ChangeKind.START:
        gone |= {place for place, change in enumerate(changes, 1) if change.course == begun_by(number)}
    kept = [place for place in range(1, len(changes) + 1) if place not in gone]
    moved = {begun_by(old): begun_by(new) for new, old in enumerate(kept, 1)}
    return [
        replace(changes[place - 1], course=moved.get(changes[place - 1].course, changes[place - 1].course))
        for place in kept
    ]


def planned(change: TypedChange, form: Any) -> PlannedChange:
    """What the action will be told. Only for a valid form."""
    note = form.cleaned_data["note"]
    return PlannedChange(proposal=_proposal(change, form), note=note, reason=change.reason)


def _proposal(change: TypedChange, form: Any) -> Proposal:
    typed = form.cleaned_data
    if change.kind is ChangeKind.START:
        return StartDrug(
            on=typed["on"].on,
            precision=typed["on"].precision,
            drug=typed["drug"],
            drug_text=typed["drug_text"],
            role=_role_of(typed["drug"]),
            route=typed["route"],
            dose=_dose(form.dose(), typed["on"].on),
        )
    if change.kind is ChangeKind.DOSE:
        return ChangeDose(course=change.course, on=typed["on"], dose=_dose(form.dose(), typed["on"]))
    if change.kind is ChangeKind.STOP:
        on = typed["on"]
        return StopDrug(course=change.course, on=on.on, precision=on.precision, reason=typed["reason"])
    return Taper(course=change.course, steps=tuple((step.on, step.milligrams_per_day) for step in form.steps()))


def _role_of(drug: str) -> CourseRole:
    entry = load().drugs.get(drug)
    return CourseRole.OUTSIDE_PATHWAY if entry is None else entry.role


def _dose(dose: NewDose, on: date) -> DosePeriod:
    """The dose as the record will hold it: without an amount it has no unit."""
    unit = dose.unit if dose.amount is not None else None
    return DosePeriod("", on, dose.amount, unit, dose.basis, dose.frequency, dose.frequency_text.strip(), dose.weekday)


def _controls(form: EntryForm, name: str) -> Iterable[str]:
    widget = form.fields[name].widget
    if isinstance(widget, MultiWidget):
        return [f"{name}_{part}" for part in range(len(widget.widgets))]
    return [name]
