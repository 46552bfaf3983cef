"""Expected against computed, in the words of the case files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regimens.protocol.schema import PathwayProtocol
from regimens.rules.cases import Case, Checkpoint
from regimens.rules.findings import Option, PathwayFindings, Phase, Tier
from regimens.rules.pathway import evaluate

FIELDS = ("severity", "phase", "line_reached", "failed_lines", "failed_drugs", "next_step", "next_options")
SETS = frozenset({"failed_lines", "failed_drugs", "next_options"})


@dataclass(frozen=True, slots=True)
class Replayed:
    """One checkpoint with what the rules say on its day."""

    case: Case
    checkpoint: Checkpoint
    findings: PathwayFindings
    expected: Mapping[str, Any]
    computed: Mapping[str, Any]
    differs: tuple[str, ...]

    @property
    def fails(self) -> bool:
        """Only a checkpoint of high confidence must agree in every field."""
        return bool(self.differs) and self.checkpoint.confidence == "high"


def replay(cases: tuple[Case, ...], protocol: PathwayProtocol) -> tuple[Replayed, ...]:
    return tuple(replay_checkpoint(case, checkpoint, protocol) for case in cases for checkpoint in case.checkpoints)


def replay_checkpoint(case: Case, checkpoint: Checkpoint, protocol: PathwayProtocol) -> Replayed:
    findings = evaluate(case.record, protocol, checkpoint.as_of)
    computed = in_case_words(findings, protocol)
    expected = {name: checkpoint.expected[name] for name in FIELDS if name in checkpoint.expected}
    differs = tuple(
        name for name in FIELDS if expected.get(name) is not None and not _agree(name, expected[name], computed[name])
    )
    return Replayed(case, checkpoint, findings, expected, computed, differs)


def in_case_words(findings: PathwayFindings, protocol: PathwayProtocol) -> dict[str, Any]:
    """The seven compared fields. Remission off treatment counts as maintenance there."""
    phase = Phase.MAINTENANCE if findings.phase.phase is Phase.DRUG_FREE_REMISSION else findings.phase.phase
    return {
        "severity": findings.severity.working_group.value,
        "phase": phase.value,
        "line_reached": findings.line_reached,
        "failed_lines": list(findings.failed_lines),
        "failed_drugs": [_word(drug, protocol) for drug in findings.failed_drugs],
        "next_step": findings.next_step.word.value,
        "next_options": _option_words(findings, protocol),
    }


def _option_words(findings: PathwayFindings, protocol: PathwayProtocol) -> list[str]:
    """Drugs offered next, without those withheld. In remission secondary options stand below the step, not in it."""
    in_remission = findings.phase.phase is Phase.MAINTENANCE
    words: dict[str, None] = {}
    for option in findings.options:
        if not option.blocked and not (in_remission and option.tier is Tier.SECONDARY and not _runs(option)):
            words.update((_word(drug, protocol), None) for drug in option.drugs)
    return list(words)


def _runs(option: Option) -> bool:
    return any(annotation.kind.value == "running" for annotation in option.annotations)


def _word(drug: str, protocol: PathwayProtocol) -> str:
    known = protocol.drugs.get(drug)
    return known.word_in_cases if known else drug


def _agree(name: str, expected: Any, computed: Any) -> bool:
    if name not in SETS:
        return bool(expected == computed)
    return _as_set(expected) == _as_set(computed)


def _as_set(value: Any) -> frozenset[Any]:
    """Order has no meaning; a combination printed as one entry counts as its drugs."""
    entries = value if isinstance(value, list) else [value]
    found: set[Any] = set()
    for entry in entries:
        if isinstance(entry, str):
            found.update(part.strip().casefold() for part in entry.split(" + "))
        else:
            found.add(entry)
    return frozenset(found)
