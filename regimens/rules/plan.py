"""The next step while it is being worked out."""

from dataclasses import dataclass, field

from patients.rules.reasons import Predicate
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import NextStep, NextStepWord, Option


@dataclass(slots=True)
class Plan:
    """The word, the rule it rests on, what is offered, and what stands below it."""

    word: NextStepWord
    rule: str
    options: list[Option] = field(default_factory=list)
    alternatives: list[Option] = field(default_factory=list)
    predicates: list[Predicate] = field(default_factory=list)
    first: str = ""
    """What has to be decided before anything else, as a sentence without its full stop."""

    @property
    def drugs(self) -> set[str]:
        """Every drug among the options, withheld ones included."""
        return {drug for option in self.options for drug in option.drugs}

    def next_step(self, protocol: PathwayProtocol, why_not_yet: tuple[Predicate, ...]) -> NextStep:
        reason = protocol.because(self.rule, *self.predicates)
        text = f"{self.word.label}: {reason.text}"
        if self.first:
            text = f"{self.first}. Decide about that first; otherwise {self.word.label}"
        return NextStep(self.word, text, (reason,), why_not_yet)
