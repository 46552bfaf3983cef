"""What a clinician would see differently between two answers about one patient on one day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from patients.rules.vocabulary import Vocabulary
from regimens.rules.findings import Gap, Option, PathwayFindings, Prompt


class Aspect(Vocabulary):
    """Which part of the answer differs."""

    SCOPE = "scope", "whether the pathway applies"
    SEVERITY = "severity", "severity"
    PHASE = "phase", "phase"
    LINE_REACHED = "line_reached", "line reached"
    LINES = "lines", "how a line stands"
    FAILED_LINES = "failed_lines", "failed lines"
    FAILED_DRUGS = "failed_drugs", "failed drugs"
    NEXT_STEP = "next_step", "next step"
    OPTIONS = "options", "options of the next step"
    ALTERNATIVES = "alternatives", "alternatives"
    ADJUNCTS = "adjuncts", "adjuncts"
    GAPS = "gaps", "gaps"
    PROMPTS = "prompts", "questions"
    NOTICES = "notices", "notices"
    DUE = "due", "what is due"
    RESULTS = "results", "results that ask for action"


NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. `subject` says which option, gap or item where there are several, else it is ""."""

    what: Aspect
    subject: str
    before: str
    after: str


def differences(old: PathwayFindings, new: PathwayFindings) -> tuple[Difference, ...]:
    """Everything that differs but versions, sources and the wording of reasons, in the order of the page."""
    return tuple(_differences(old, new))


def listed(what: Aspect, old: Iterable[tuple[str, str]], new: Iterable[tuple[str, str]]) -> Iterator[Difference]:
    """Differences between two lists of (subject, words). A subject that is met twice is compared as one."""
    before, after = _by_subject(old), _by_subject(new)
    for subject in dict.fromkeys((*before, *after)):
        if before.get(subject) != after.get(subject):
            yield Difference(what, subject, before.get(subject, NOTHING), after.get(subject, NOTHING))


def _differences(old: PathwayFindings, new: PathwayFindings) -> Iterator[Difference]:
    for what, before, after in zip(_SINGLE, _single(old), _single(new), strict=True):
        if before != after:
            yield Difference(what, "", before, after)
    yield from listed(Aspect.LINES, _lines(old), _lines(new))
    offers = (
        (Aspect.OPTIONS, old.options, new.options),
        (Aspect.ALTERNATIVES, old.alternatives, new.alternatives),
        (Aspect.ADJUNCTS, old.adjuncts, new.adjuncts),
    )
    for what, offered, offers_now in offers:
        yield from _offers(what, offered, offers_now)
    yield from listed(Aspect.GAPS, _said(old.gaps), _said(new.gaps))
    yield from listed(Aspect.PROMPTS, _said(old.prompts), _said(new.prompts))
    yield from listed(
        Aspect.NOTICES,
        ((notice.rule_id, notice.text) for notice in old.notices),
        ((notice.rule_id, notice.text) for notice in new.notices),
    )


_SINGLE = (
    Aspect.SCOPE,
    Aspect.SEVERITY,
    Aspect.PHASE,
    Aspect.LINE_REACHED,
    Aspect.FAILED_LINES,
    Aspect.FAILED_DRUGS,
    Aspect.NEXT_STEP,
)


def _single(findings: PathwayFindings) -> tuple[str, ...]:
    """The words for each aspect of `_SINGLE`."""
    severity = findings.severity
    words = severity.group.label
    if severity.working_group is not severity.group:
        words = f"{words}, treated as {severity.working_group.label}"
    return (
        "applies" if findings.in_scope else "does not apply",
        words,
        findings.phase.phase.label,
        f"line {findings.line_reached}" if findings.line_reached else "no line yet",
        _joined(str(line) for line in findings.failed_lines),
        _joined(findings.failed_drugs),
        findings.next_step.word.label,
    )


def _lines(findings: PathwayFindings) -> Iterator[tuple[str, str]]:
    for line in findings.lines:
        yield f"line {line.code}", line.state.label
    for step in findings.maintenance:
        yield f"maintenance ({step.code})", step.state.label


def _offers(what: Aspect, old: tuple[Option, ...], new: tuple[Option, ...]) -> Iterator[Difference]:
    found = list(listed(what, map(_offer, old), map(_offer, new)))
    names = [[option.name for option in side] for side in (old, new)]
    if not found and names[0] != names[1]:
        found.append(Difference(what, "order", _joined(names[0]), _joined(names[1])))
    yield from found


def _offer(option: Option) -> tuple[str, str]:
    """The option's name, and its rank, dose and what stands beside it."""
    beside = sorted(f"{annotation.kind.label}: {annotation.text}" for annotation in option.annotations)
    words = [option.tier.label, option.dose_text, *beside]
    return option.name, "; ".join(("not offered" if option.blocked else "offered", *filter(None, words)))


def _said(found: Iterable[Gap | Prompt]) -> Iterator[tuple[str, str]]:
    for one in found:
        about = ", ".join(sorted(fact.label for fact in one.facts))
        yield f"{one.code.label} ({about})" if about else one.code.label, one.text


def _by_subject(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for subject, words in rows:
        found[subject] = f"{found[subject]} / {words}" if subject in found else words
    return found


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"
