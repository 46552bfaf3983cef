"""What somebody may do from the overview of a record: first what their role does most, then everything by its sense."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.rules.permissions import Permission


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: a verb and a thing, and the permission that it needs."""

    label: str | Promise
    route: str
    needs: Permission

    def url(self, patient_id: int) -> str:
        return reverse(self.route, args=[patient_id])


@dataclass(frozen=True, slots=True)
class ActionShown:
    label: str | Promise
    url: str


@dataclass(frozen=True, slots=True)
class ActionGroup:
    title: str | Promise
    actions: tuple[ActionShown, ...]


@dataclass(frozen=True, slots=True)
class ActionsShown:
    """`first` are buttons, the most usual before the others; `groups` hold all the rest."""

    first: tuple[ActionShown, ...]
    groups: tuple[ActionGroup, ...]


ASSESS = Action(_("Add an assessment"), "add_assessment", Permission.RECORD_CLINICAL)
RESULTS = Action(_("Record results"), "record_results", Permission.RECORD_MONITORING)
CONTACT = Action(_("Record a contact"), "record_contact", Permission.RECORD_MONITORING)
SAMPLE = Action(_("Sample taken"), "take_sample", Permission.RECORD_MONITORING)
WEIGHT = Action(_("Add a weight"), "add_weight", Permission.RECORD_CLINICAL)
CONDITION = Action(_("Add a condition"), "add_condition", Permission.RECORD_CLINICAL)
ANTIBODY = Action(_("Add an autoantibody"), "add_antibody", Permission.RECORD_CLINICAL)
START = Action(_("Start a course"), "start_course", Permission.RECORD_TREATMENT)
WHAT_IF = Action(_("What if"), "what_if", Permission.RECORD_TREATMENT)
MILESTONE = Action(_("Declare remission or relapse"), "add_milestone", Permission.JUDGE_TREATMENT)
RULE_OUT = Action(_("Rule a drug out"), "record_never_given", Permission.JUDGE_TREATMENT)
DETAILS = Action(_("Contact details"), "contact_details", Permission.REGISTER_PATIENT)
IDENTITY = Action(_("Correct who this is"), "correct_identity", Permission.REGISTER_PATIENT)
STATUS = Action(_("Change status"), "change_status", Permission.REGISTER_PATIENT)
MERGE = Action(_("Merge with another record"), "merge_patient", Permission.MERGE_PATIENTS)
HAND_OVER = Action(_("Hand over"), "hand_over", Permission.TRANSFER_PATIENT)
EVERYTHING = Action(_("Everything held"), "subject_access", Permission.EXPORT_SUBJECT)
SUMMARY = Action(_("One-page summary (PDF)"), "record_summary", Permission.READ_RECORD)
LETTER = Action(_("Letter to the family doctor"), "record_letter", Permission.READ_RECORD)

# Whoever judges treatment is a doctor, whoever records monitoring a nurse; the rest keep the clinic's register.
_FIRST: tuple[tuple[Permission, tuple[Action, ...]], ...] = (
    (Permission.JUDGE_TREATMENT, (ASSESS, START, RESULTS)),
    (Permission.RECORD_MONITORING, (RESULTS, CONTACT, ASSESS)),
    (Permission.REGISTER_PATIENT, (DETAILS, STATUS)),
)
_GROUPS: tuple[tuple[str | Promise, tuple[Action, ...]], ...] = (
    (_("Monitoring"), (RESULTS, SAMPLE, CONTACT)),
    (_("Examination"), (ASSESS, WEIGHT, CONDITION, ANTIBODY)),
    (_("Treatment"), (START, WHAT_IF, RULE_OUT, MILESTONE)),
    (_("Papers"), (SUMMARY, LETTER)),
    (_("The record itself"), (DETAILS, STATUS, IDENTITY, HAND_OVER, MERGE, EVERYTHING)),
)


def actions_shown(patient_id: int, permissions: frozenset[Permission]) -> ActionsShown:
    """What these permissions allow."""
    chosen = next((actions for needed, actions in _FIRST if needed in permissions), ())
    first = tuple(action for action in chosen if action.needs in permissions)

    def shown(actions: tuple[Action, ...]) -> tuple[ActionShown, ...]:
        return tuple(ActionShown(action.label, action.url(patient_id)) for action in actions)

    def rest() -> Iterator[ActionGroup]:
        for title, actions in _GROUPS:
            left = tuple(action for action in actions if action.needs in permissions and action not in first)
            if left:
                yield ActionGroup(title, shown(left))

    return ActionsShown(first=shown(first), groups=tuple(rest()))
