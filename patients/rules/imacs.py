"""The IMACS definition of improvement: change relative to the earlier value. Kept apart from the response score.

Source: Rider 2004, as used in NCT03002649. The six measures are those of adults; CMAS and DAS have no part in it.
From 0 every rise is more than any share of it and counts as worse, so a doubtful case is not called improved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from patients.protocol.activity import ActivityProtocol, ImprovementDefinition
from patients.rules.measures import measured
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.record import Assessment
from patients.rules.relative import SIX_MEASURES, relative_change_of_enzyme, relative_changes, relative_words
from patients.rules.vocabulary import Measure
from patients.rules.wording import display_date


@dataclass(frozen=True, slots=True)
class DefinitionOfImprovement:
    """Whether the definition is met; UNKNOWN when a measure in `missing` could still decide it.

    `better` are the measures better by the asked share or more, `worse` those worse by theirs or more.
    """

    met: Truth
    better: tuple[Measure, ...]
    worse: tuple[Measure, ...]
    missing: tuple[Measure, ...]
    reason: Reason


def improved(baseline: Assessment, follow_up: Assessment, protocol: ActivityProtocol) -> DefinitionOfImprovement:
    """The definition applied to two assessments; a measure in another form or unit counts as missing.

    Raises ValueError for a form of the manual muscle test that the protocol does not know.
    """
    before, after = measured(baseline, protocol), measured(follow_up, protocol)
    changes = relative_changes(before, after)
    enzyme = relative_change_of_enzyme(before, after, protocol)
    if enzyme is not None:
        changes[Measure.ENZYMES] = enzyme
    definition = protocol.file.definition_of_improvement
    better_by, worse_by = int(definition.better_by * 100), int(definition.worse_by * 100)
    present = tuple(measure for measure in SIX_MEASURES if measure in changes)
    better = tuple(measure for measure in present if changes[measure].is_better(better_by))
    worse = tuple(measure for measure in present if changes[measure].is_worse(worse_by))
    missing = tuple(measure for measure in SIX_MEASURES if measure not in changes)
    facts = tuple(
        FactReference("assessment", each.id, f"assessment, {display_date(each.on, each.precision)}")
        for each in (baseline, follow_up)
    )
    met = _met(definition, better, worse, missing)
    predicates = (
        *(
            Predicate(
                f"{measure.label}: {relative_words(changes[measure])}",
                Truth.TRUE if measure in better else Truth.FALSE,
                facts,
            )
            for measure in present
        ),
        *(Predicate(f"{measure.label}: missing", Truth.UNKNOWN, facts) for measure in missing),
    )
    return DefinitionOfImprovement(met, better, worse, missing, protocol.because(definition.id, *predicates))


def _met(
    definition: ImprovementDefinition, better: Sequence[Measure], worse: Sequence[Measure], missing: Sequence[Measure]
) -> Truth:
    too_many_worse = len(worse) > definition.worse_at_most or Measure.MMT in worse
    if too_many_worse or len(better) + len(missing) < definition.better_at_least:
        return Truth.FALSE
    could_fail = len(worse) + len(missing) > definition.worse_at_most or Measure.MMT in missing
    return Truth.UNKNOWN if could_fail or len(better) < definition.better_at_least else Truth.TRUE
