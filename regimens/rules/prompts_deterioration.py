"""Confirmed deterioration during treatment or in remission: a flare? (readings 33 and 35). The clinician names it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter

from patients.protocol.activity import ActivityProtocol, DeteriorationDefinition
from patients.rules.deterioration import deteriorations, visits_until, worse_than
from patients.rules.measures import measured
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.record import Assessment
from patients.rules.wording import display_date
from regimens.rules.baselines import has_core_measure
from regimens.rules.findings import Prompt
from regimens.rules.scene import Scene
from regimens.rules.vocabulary import PromptCode
from regimens.rules.wording import question_in

# Two visits, and the assessment that they are worse than.
_FEWEST = 3
_WHOLE = Decimal(100)
_GLOBALS = tuple(
    (name, attrgetter(name)) for name in ("physician_global", "patient_global", "haq", "extramuscular_global")
)


def deterioration_question(scene: Scene) -> list[Prompt]:
    """Asked while the latest visit is still as bad: a deterioration that has passed is history, not a question.

    Looks at assessments since the remission or relapse that was declared last, and at visits under treatment.
    """
    if len(scene.record.patient.assessments) < _FEWEST:
        return []
    activity = scene.protocol.activity
    rows = _assessments(scene, activity)
    if len(rows) < _FEWEST or not _may_be_worse(rows, activity):
        return []
    found = deteriorations(rows, activity, scene.as_of)
    if not found or found[-1].second is None:
        return []
    last, second = found[-1], found[-1].second
    visits = visits_until(rows, scene.as_of)
    if last.first.on <= _treated_from(scene) or not _still_worse(last.reference, visits[-1], activity):
        return []
    facts = tuple(_fact(row) for row in (last.reference, last.first, second))
    words = (
        f"worse on {display_date(last.first.on)} and on {display_date(second.on)} than on "
        f"{display_date(last.reference.on)}"
    )
    reason = scene.protocol.because(
        "prompt.deterioration", Predicate(words, Truth.TRUE, facts), *last.reason.predicates
    )
    text = f"{words[:1].upper()}{words[1:]}. {question_in(reason)}"
    return [Prompt(PromptCode.DETERIORATION, text, facts, reason)]


def _assessments(scene: Scene, activity: ActivityProtocol) -> list[Assessment]:
    """Those that compare, up to the day and since the milestone declared last."""
    since = scene.course.since
    return [
        row
        for row in scene.record.patient.assessments
        if row.on <= scene.as_of
        and (since is None or row.on >= since)
        and has_core_measure(row)
        and (row.mmt_maximum is None or row.mmt_maximum in activity.scales)
    ]


def _treated_from(scene: Scene) -> date:
    """The first day of treatment that has been seen; before it nothing can flare under treatment."""
    return min((trial.course.start_on for trial in scene.trials if trial.taken), default=date.max)


def _may_be_worse(rows: Sequence[Assessment], activity: ActivityProtocol) -> bool:
    """Quick and generous: whether the latest assessments can be worse than any other by one of the three criteria.

    Most patients are not, and for them the exact comparison of every visit is saved.
    """
    last_on = max([row.on for row in rows])
    limits = activity.file.confirmed_deterioration
    return any(_worse_than_best(row, rows, limits) for row in rows if row.on == last_on)


def _worse_than_best(row: Assessment, rows: Sequence[Assessment], limits: DeteriorationDefinition) -> bool:
    """Each measure against its own best: no single earlier assessment can make the row look worse than that."""
    worse = 0
    weaker = False
    if row.mmt is not None:
        form = row.mmt_maximum
        strongest = max([each.mmt for each in rows if each.mmt is not None and each.mmt_maximum == form])
        lost = (strongest - row.mmt) * _WHOLE
        if lost > 0:
            weaker = lost >= strongest * limits.strength
            worse += lost >= strongest * limits.measures_by
    for name, value_of in _GLOBALS:
        value = value_of(row)
        if value is None:
            continue
        least = min([other for other in map(value_of, rows) if other is not None])
        risen = value - least
        if risen <= 0:
            continue
        if name == "extramuscular_global" and risen >= limits.extramuscular_global:
            return True
        if name == "physician_global" and weaker and risen >= limits.physician_global:
            return True
        worse += risen * _WHOLE >= least * limits.measures_by
    return worse >= limits.measures_at_least


def _still_worse(reference: Assessment, visit: Assessment, activity: ActivityProtocol) -> bool:
    return worse_than(measured(reference, activity), measured(visit, activity), activity) is Truth.TRUE


def _fact(row: Assessment) -> FactReference:
    return FactReference("assessment", row.id, f"assessment, {display_date(row.on, row.precision)}")
