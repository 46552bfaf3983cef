"""Which questions are open, which are answered, and when one is put again (ADR 0010).

A question is the same question while its code, its subject, its rule and what its deciding facts say are the same.
Days that pass change nothing; a fact that is added, corrected or withdrawn does.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Reason
from patients.rules.wording import display_date
from regimens.rules.answers import Acceptance, acceptance_of
from regimens.rules.fact_versions import Rows, digest, fact_rows, version_of
from regimens.rules.findings import PathwayFindings, Prompt
from regimens.rules.record import Review, TreatmentRecord
from regimens.rules.vocabulary import ReviewAnswer


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that waits for a clinician. `earlier` is the last answer to it, `why_again` why that is not enough."""

    prompt: Prompt
    fingerprint: str
    earlier: Review | None
    why_again: str

    @property
    def acceptance(self) -> Acceptance:
        """What accepting it may record."""
        return acceptance_of(self.prompt)


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question that the rules still put, and the answer that settles it for now."""

    prompt: Prompt
    fingerprint: str
    review: Review


@dataclass(frozen=True, slots=True)
class Questions:
    """`past` are the other answers up to the day, the latest first: their question no longer arises, or not so."""

    open: tuple[OpenQuestion, ...]
    answered: tuple[AnsweredQuestion, ...]
    past: tuple[Review, ...]

    @property
    def answer_count(self) -> int:
        return len(self.answered) + len(self.past)


def fingerprint(prompt: Prompt, record: TreatmentRecord) -> str:
    """Stands for the question with what its deciding facts say, in 32 hexadecimal digits."""
    return _fingerprint(prompt, fact_rows(record))


def _fingerprint(prompt: Prompt, rows: Rows) -> str:
    versions = sorted(version_of(fact, rows) for fact in prompt.facts)
    return digest("\n".join((prompt.code.value, prompt.subject, prompt.reason.rule_id, *versions)))


def trace_of(prompt: Prompt, record: TreatmentRecord, findings: PathwayFindings) -> dict[str, Any]:
    """The question as it stood, as plain values that JSON takes: enough to see later what it rested on."""
    rows = fact_rows(record)
    return {
        "as_of": findings.as_of.isoformat(),
        "protocol_version": findings.protocol_version,
        "text": prompt.text,
        "rule_ids": [prompt.reason.rule_id],
        "reason": _reason(prompt.reason),
        "facts": [_fact(fact, rows) for fact in prompt.facts],
        "shown": [
            _fact(fact, rows)
            for fact in dict.fromkeys(fact for predicate in prompt.reason.predicates for fact in predicate.facts)
        ],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "rule_id": reason.rule_id,
        "text": reason.text,
        "kind": reason.kind.value,
        "source": reason.source,
        "protocol_version": reason.protocol_version,
        "predicates": [
            {
                "text": predicate.text,
                "truth": predicate.truth.value,
                "facts": [{"kind": fact.kind, "id": fact.id, "label": fact.label} for fact in predicate.facts],
            }
            for predicate in reason.predicates
        ],
    }


def _fact(fact: FactReference, rows: Rows) -> dict[str, str]:
    return {"kind": fact.kind, "id": fact.id, "label": fact.label, "version": version_of(fact, rows)}


def questions(record: TreatmentRecord, findings: PathwayFindings) -> Questions:
    """The questions as of the day of the findings, with the answers given by then."""
    known = sorted((row for row in record.reviews if row.on <= findings.as_of), key=_by_day, reverse=True)
    if not known and not findings.prompts:
        return Questions((), (), ())
    rows = fact_rows(record)
    waiting: list[OpenQuestion] = []
    answered: list[AnsweredQuestion] = []
    for prompt in findings.prompts:
        mark = _fingerprint(prompt, rows)
        about = [row for row in known if row.prompt is prompt.code and row.subject == prompt.subject]
        settling = next(
            (row for row in about if row.fingerprint == mark and settles(row, findings.as_of)),
            None,
        )
        if settling is not None:
            answered.append(AnsweredQuestion(prompt, mark, settling))
        else:
            earlier = about[0] if about else None
            why = "" if earlier is None else _why_again(earlier, prompt, mark, rows)
            waiting.append(OpenQuestion(prompt, mark, earlier, why))
    settling_ids = {each.review.id for each in answered}
    return Questions(tuple(waiting), tuple(answered), tuple(row for row in known if row.id not in settling_ids))


def settles(review: Review, as_of: date) -> bool:
    """Whether the answer keeps its question from being put on the day; a deferral ends on its day `until`."""
    if review.answer is ReviewAnswer.DEFERRED:
        return review.until is not None and review.until > as_of
    return True


def _by_day(review: Review) -> tuple[date, tuple[int, str]]:
    return (review.on, entry_order(review.id))


def _why_again(earlier: Review, prompt: Prompt, mark: str, rows: Rows) -> str:
    """The last answer to this question, and what has happened since."""
    day = display_date(earlier.on)
    if earlier.fingerprint == mark:
        until = f" until {display_date(earlier.until)}" if earlier.until is not None else ""
        return f"It was put off on {day}{until}; that day has come."
    changes = "; ".join(_changes(earlier, prompt, rows)) or "it is asked under another rule"
    return f"It was {earlier.answer.label} on {day}; since then: {changes}."


def _changes(earlier: Review, prompt: Prompt, rows: Rows) -> list[str]:
    """Each deciding fact that is new, says something else, or is no longer among them."""
    before = {(fact.kind, fact.id): fact for fact in earlier.facts}
    versions = {fact.version for fact in earlier.facts}
    now = {(fact.kind, fact.id): version_of(fact, rows) for fact in prompt.facts}
    found: list[str] = []
    for fact in prompt.facts:
        key = (fact.kind, fact.id)
        if key not in before and now[key] not in versions:
            found.append(f"new: {fact.label}")
        elif key in before and before[key].version != now[key]:
            found.append(f"corrected: {fact.label}")
    current = set(now.values())
    found += [
        f"no longer decisive: {fact.label}"
        for fact in earlier.facts
        if (fact.kind, fact.id) not in now and fact.version not in current
    ]
    return found
