"""What accepting a question may record: one table, read by the form, the API and the action."""

from dataclasses import dataclass

from regimens.rules.findings import Prompt
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind, PromptCode


@dataclass(frozen=True, slots=True)
class Acceptance:
    """`outcomes` are judgements on the course that was asked about, `milestones` statements about the disease.

    `needed`: accepting without one of them would answer nothing. `statement` is what accepting says in words.
    """

    statement: str
    outcomes: tuple[OutcomeKind, ...] = ()
    milestones: tuple[MilestoneKind, ...] = ()
    needed: bool = False


_BY_CODE = {
    PromptCode.ADEQUATE_TRIAL: Acceptance(
        "The trial was adequate, and this is the judgement on it.",
        outcomes=(
            OutcomeKind.RESPONDED,
            OutcomeKind.REMISSION,
            OutcomeKind.PARTIAL_RESPONSE,
            OutcomeKind.INEFFECTIVE,
            OutcomeKind.INTOLERANT,
        ),
        needed=True,
    ),
    PromptCode.DETERIORATION: Acceptance(
        "The disease is worse. It is a relapse only when that is recorded here.", milestones=(MilestoneKind.RELAPSE,)
    ),
    PromptCode.POSSIBLE_REMISSION: Acceptance(
        "The disease is in remission.",
        milestones=(MilestoneKind.REMISSION, MilestoneKind.DRUG_FREE_REMISSION),
        needed=True,
    ),
    PromptCode.STEROID_DEPENDENCE: Acceptance(
        "The corticosteroid cannot be lowered further.", outcomes=(OutcomeKind.STEROID_DEPENDENT,), needed=True
    ),
    PromptCode.STEROID_ABOVE_TARGET: Acceptance("A taper will be planned."),
    PromptCode.SEVERITY_QUESTION: Acceptance("The severity will be stated in an assessment."),
    PromptCode.STEROID_FAILED: Acceptance("Line 1 will be completed before the next line."),
}


def acceptance_of(prompt: Prompt) -> Acceptance:
    """What accepting this question may record."""
    if prompt.reason.rule_id == "prompt.drug_free_remission":
        return Acceptance(
            "This is remission off all treatment.", milestones=(MilestoneKind.DRUG_FREE_REMISSION,), needed=True
        )
    return _BY_CODE[prompt.code]
