"""Every answer to the stored patients, in files that a reviewer can read.

A change of the rules that changes an answer makes a test red. Then write the files anew and read the difference:

    python -m tests.regimens.rules.stored_answers
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from patients.protocol import load as activity
from regimens.rules.algorithm_map import AlgorithmMap, Mark, Node, algorithm_map, group_words
from regimens.rules.cases import Case, parse_cases
from regimens.rules.comparison import differences
from regimens.rules.findings import Option, PathwayFindings
from regimens.rules.guard import guard
from regimens.rules.guard_infusions import check_infusion
from regimens.rules.options import option_book
from regimens.rules.pathway import evaluate
from regimens.rules.proposals import ChangeDose, StartDrug
from regimens.rules.record import Review, ReviewedFact, TreatmentRecord
from regimens.rules.response_comparison import response_findings
from regimens.rules.reviews import Questions, questions, trace_of
from regimens.rules.vocabulary import ReviewAnswer
from tests.regimens.rules.build import PROTOCOL, on
from tests.regimens.rules.invented import Story
from tests.regimens.rules.telling import Telling

CASES = Path(__file__).parents[2] / "cases"
ANSWERS = CASES / "answers"
ACTIVITY = activity.load()
# Together they meet what all of the first few thousand meet: each rule, each sentence, each mark at least once.
TOLD_IN_FULL = (
    *(427, 415, 159, 853, 1177, 21, 1360, 914, 106, 412, 1, 381),
    *(1089, 409, 700, 1208, 1164, 143, 18, 1163, 1107, 188, 396, 1129),
)
TOLD_IN_SHORT = range(1, 251)
DAYS = (120, 300, 500, 700, 900)


def answers() -> Mapping[str, Callable[[], str]]:
    """Each file's name with what belongs into it."""
    found: dict[str, Callable[[], str]] = {"options.txt": printed_options}
    for source in ("published", "readings"):
        for case in parse_cases(json.loads((CASES / f"{source}.json").read_text()), PROTOCOL):
            found[f"{source}/{case.id}.txt"] = partial(case_told, case, measured=source == "published")
    for number in TOLD_IN_FULL:
        found[f"invented/{number:05d}.txt"] = partial(invented_told, number)
    for first in range(TOLD_IN_SHORT.start, TOLD_IN_SHORT.stop, 50):
        found[f"invented/short-{first:03d}.txt"] = partial(invented_in_short, range(first, first + 50))
    return found


def printed_options() -> str:
    """Every printed option as an adult is told it, with what is the same wherever it is offered."""
    lines = []
    for (rung, _, minor), option in option_book(PROTOCOL).printed.items():
        if not minor:
            lines += Telling().lines(f"{rung}: {option.name}", option)
            for words in (option.adverse_effects, option.monitoring_named):
                lines.append(f"  {'; '.join(words)}")
    return _text(lines)


def case_told(case: Case, *, measured: bool) -> str:
    """A case at each day that it is asked about; response only where core set measures may be given."""
    days = sorted({checkpoint.as_of for checkpoint in case.checkpoints})
    lines = [case.id]
    before: PathwayFindings | None = None
    for day in days:
        findings = evaluate(case.record, PROTOCOL, day)
        lines += ["", *whole_answer(case.record, findings, before, measured=measured)]
        before = findings
    return _text(lines).replace(f"{case.id}:", "")


def invented_told(number: int) -> str:
    """An invented patient on one of the days, with what the dose guard says of two proposals."""
    story = Story(number)
    record = story.record()
    day = on(story.one(DAYS))
    findings = evaluate(record, PROTOCOL, day)
    telling = Telling()
    lines = [f"invented patient {number}", *telling.lines("record", record), "", *whole_answer(record, findings)]
    for proposal in story.proposals(record, story.one(DAYS)):
        lines += ["", *_guarded(record, proposal, day)]
    cycle = story.cycle(record)
    if cycle is not None:
        course, infusion = cycle
        telling = Telling()
        found = check_infusion(record, PROTOCOL, course.id, infusion, day)
        lines += ["", *telling.lines(f"a cycle of {course.drug}", infusion), *telling.lines("guard", found)]
        lines += telling.legend()
    return _text(lines)


def invented_in_short(numbers: range) -> str:
    """Where each stands and what comes next, in a few lines."""
    return _text([line for number in numbers for line in _in_short(number)])


def whole_answer(
    record: TreatmentRecord, findings: PathwayFindings, before: PathwayFindings | None = None, *, measured: bool = True
) -> Iterator[str]:
    """Pathway, questions, response and map on one day; and what is new since the day before."""
    telling = Telling()
    asked = questions(record, findings)
    yield from telling.lines(f"as of {findings.as_of}", findings)
    yield from _asked(telling, record, findings, asked)
    if before is not None:
        yield from telling.lines("differs from the day before", differences(before, findings))
    if measured:
        response = response_findings(record, PROTOCOL, ACTIVITY, findings.as_of, findings)
        yield from telling.lines("response", response)
    yield from _drawn(telling, findings, algorithm_map(record, findings, PROTOCOL, findings.as_of))
    yield from telling.legend()


def _asked(telling: Telling, record: TreatmentRecord, findings: PathwayFindings, asked: Questions) -> Iterator[str]:
    """The questions with their traces; then answered, put off and told again."""
    reviews = []
    for place, question in enumerate(asked.open):
        trace = trace_of(question.prompt, record, findings)
        yield from telling.lines(f"may record ({question.prompt.code.value})", question.acceptance)
        for about, facts in (("decides", trace["facts"]), ("shown", trace["shown"])):
            yield from (f"  {about} {fact['kind']}:{fact['id']} {fact['version']} {fact['label']}" for fact in facts)
        deferred = place % 2 == 0
        reviews.append(
            Review(
                id=str(place + 1),
                on=findings.as_of,
                prompt=question.prompt.code,
                subject=question.prompt.subject,
                fingerprint=question.fingerprint,
                answer=ReviewAnswer.DEFERRED if deferred else ReviewAnswer.REJECTED,
                until=findings.as_of + timedelta(days=30) if deferred else None,
                facts=tuple(ReviewedFact(**fact) for fact in trace["facts"]),
            )
        )
    if not reviews:
        return
    answered = TreatmentRecord(record.patient, record.courses, record.milestones, tuple(reviews))
    for later in (0, 29, 30):
        day = findings.as_of + timedelta(days=later)
        again = questions(answered, evaluate(answered, PROTOCOL, day))
        yield f"answered, {later} days later"
        for open_ in again.open:
            yield f"  open: {open_.prompt.code.value} {open_.prompt.subject} {open_.why_again}".rstrip()
        for settled in again.answered:
            yield f"  settled: {settled.prompt.code.value} {settled.prompt.subject} by {settled.review.id}"
        yield f"  past: {' '.join(review.id for review in again.past) or 'none'}"


def _drawn(telling: Telling, findings: PathwayFindings, drawing: AlgorithmMap) -> Iterator[str]:
    """The map: the marks that say more than "not tried", and the path."""
    yield f"map: {group_words(findings)}"
    for column in drawing.columns:
        yield f"  {column.kind.value}{' applies' if column.applies else ''}"
        for step in column.steps:
            state = step.finding.state.value if step.finding else "-"
            places = "".join((" here" if step.here else "", " next" if step.next else ""))
            yield f"    {step.rung.id}: {state}{places}"
            yield from (f"      {line}" for node in step.nodes for line in _node(telling, node))
    yield from (f"  adjunct {line}" for node in drawing.adjuncts for line in _node(telling, node))
    yield "  path"
    yield from (f"    {step.on} {step.text} <{telling.named(step.fact)}>" for step in drawing.path)
    yield from telling.lines("  elsewhere", [standing.course for standing in drawing.elsewhere])
    yield f"  why: {' '.join(reason.rule_id for reason in drawing.why)}"


def _node(telling: Telling, node: Node) -> Iterator[str]:
    if node.marks not in ((), (Mark.NOT_TRIED,)):
        courses = " ".join(f"<{course.course.kind}:{course.course.id}>" for course in node.courses)
        marks = ", ".join(mark.value for mark in node.marks)
        yield f"{node.option.name} [{node.part.value}, {node.tier.value}]: {marks} {courses}".rstrip()


def _guarded(record: TreatmentRecord, proposal: StartDrug | ChangeDose, as_of: date) -> Iterator[str]:
    telling = Telling()
    yield from telling.lines("proposal", proposal)
    yield from telling.lines("guard", guard(record, PROTOCOL, proposal, as_of))
    yield from telling.legend()


def _in_short(number: int) -> Iterator[str]:
    story = Story(number)
    record = story.record()
    yield f"{number}"
    for day in DAYS[1::2]:
        findings = evaluate(record, PROTOCOL, on(day))
        states = " ".join(f"{line.code}={line.state.value}" for line in (*findings.lines, *findings.maintenance))
        yield (
            f"  {day}: {findings.severity.group.value} {findings.phase.phase.value} "
            f"line {findings.line_reached}/{findings.line_ever_reached} {states}"
        )
        yield f"    failed {' '.join(findings.failed_drugs) or 'none'}; {_rules_of(findings)}"
        for title, options in (("next", findings.options), ("else", findings.alternatives), ("add", findings.adjuncts)):
            if options:
                yield f"    {title}: {' | '.join(_option(option) for option in options)}"
    for proposal in story.proposals(record, DAYS[2]):
        said = guard(record, PROTOCOL, proposal, on(DAYS[2]))
        yield f"    guard: {' '.join(f'{each.level.value}={each.code.value}' for each in said)}"


def _rules_of(findings: PathwayFindings) -> str:
    rules = [reason.rule_id for reason in findings.next_step.reasons]
    rules += [f"{gap.code.value}" for gap in findings.gaps]
    rules += [f"{prompt.reason.rule_id}" for prompt in findings.prompts]
    rules += [notice.rule_id for notice in findings.notices]
    return " ".join(rules)


def _option(option: Option) -> str:
    beside = "".join(f" {annotation.kind.value}" for annotation in option.annotations)
    return f"{'!' if option.blocked else ''}{option.name} {option.rung} {option.tier.value}{beside}"


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def write() -> None:
    """Writes every file anew and removes those that nobody answers for any more."""
    wanted = answers()
    for name, told in wanted.items():
        path = ANSWERS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told(), encoding="utf-8")
    for path in ANSWERS.rglob("*.txt"):
        if str(path.relative_to(ANSWERS)) not in wanted:
            path.unlink()


if __name__ == "__main__":
    write()
