"""The whole algorithm with one patient's path on it: every group, line and option, and what stands at each.

Drawn from the same findings as every other page: a mark here is a course, an option or an annotation there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Reason
from patients.rules.vocabulary import Vocabulary
from patients.rules.wording import display_date
from regimens.protocol.schema import Part, PathwayProtocol, Rung, RungOption
from regimens.rules.availability import availability_of
from regimens.rules.findings import (
    Annotation,
    AnnotationKind,
    CourseStanding,
    LineFinding,
    Option,
    PathwayFindings,
    Phase,
    SeverityGroup,
    Tier,
)
from regimens.rules.lines import line_standing
from regimens.rules.maintenance import maintenance_standing
from regimens.rules.options import Menu, option_book
from regimens.rules.record import TreatmentRecord
from regimens.rules.scene import Scene, scene_of
from regimens.rules.standing import FAILING, SUCCEEDING
from regimens.rules.vocabulary import CourseRole, OutcomeKind


class Mark(Vocabulary):
    """What stands at one option. Several may hold: a drug can be judged ineffective and still be taken."""

    RUNNING = "running", "running now"
    WORKED = "worked", "worked"
    FAILED = "failed", "ineffective"
    NOT_TOLERATED = "not_tolerated", "not tolerated"
    STOPPED = "stopped", "stopped, not judged a failure"
    RULED_OUT = "ruled_out", "contraindicated or declined"
    WITHHELD = "withheld", "withheld by an added safety rule"
    NEXT = "next", "may come next"
    ALTERNATIVE = "alternative", "alternative, outside the next step"
    NOT_TRIED = "not_tried", "not tried"


class ColumnKind(Vocabulary):
    """The three groups of the algorithm."""

    SEVERE = "severe", "Severe"
    NON_SEVERE = "non_severe", "Non-severe"
    REMISSION = "remission", "Remission, any severity"


@dataclass(frozen=True, slots=True)
class Node:
    """One printed option: a drug, or drugs given together. `part` says corticosteroid, immunosuppressant or adjunct."""

    option: Option
    part: Part
    tier: Tier
    marks: tuple[Mark, ...]
    courses: tuple[CourseStanding, ...]

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        return self.option.annotations


@dataclass(frozen=True, slots=True)
class Step:
    """One line or maintenance step of a group. `finding` is None where the group is not this patient's."""

    rung: Rung
    finding: LineFinding | None
    nodes: tuple[Node, ...]
    here: bool
    next: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One group of the algorithm. `applies`: the group by which options are chosen now."""

    kind: ColumnKind
    applies: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One dated step of the patient's path, in words, with the fact it rests on."""

    on: date
    text: str
    fact: FactReference


@dataclass(frozen=True, slots=True)
class AlgorithmMap:
    """`elsewhere` holds courses that no printed option takes: earlier treatment, and drugs outside the algorithm."""

    columns: tuple[Column, ...]
    adjuncts: tuple[Node, ...]
    path: tuple[PathEntry, ...]
    elsewhere: tuple[CourseStanding, ...]
    why: tuple[Reason, ...]


_MARK_OF_OUTCOME = {
    OutcomeKind.INTOLERANT: Mark.NOT_TOLERATED,
    OutcomeKind.CONTRAINDICATED: Mark.RULED_OUT,
    OutcomeKind.DECLINED: Mark.RULED_OUT,
}
_STEPS = {
    ColumnKind.SEVERE: ("severe_1", "severe_2", "severe_3"),
    ColumnKind.NON_SEVERE: ("non_severe_1", "non_severe_2", "non_severe_3"),
    ColumnKind.REMISSION: ("maintenance_a", "maintenance_b", "maintenance_c"),
}
_SUPPORTIVE = (CourseRole.SUPPORTIVE, CourseRole.OUTSIDE_PATHWAY)


def algorithm_map(
    record: TreatmentRecord, findings: PathwayFindings, protocol: PathwayProtocol, as_of: date
) -> AlgorithmMap:
    """The map as of the day. Every course begun by then stands at a node or under `elsewhere`; none is left out."""
    scene = scene_of(record, protocol, as_of)
    line_standing(scene)
    maintenance_standing(scene)
    menu = Menu(scene, availability_of(scene), option_book(protocol))
    drawing = _Drawing(scene, menu, findings)
    columns = tuple([drawing.column(kind) for kind in ColumnKind])
    adjuncts = tuple([drawing.node("adjunct", entry) for entry in protocol.rungs["adjunct"].options])
    placed = {
        course.course.id
        for node in (*(node for column in columns for step in column.steps for node in step.nodes), *adjuncts)
        for course in node.courses
    }
    standings = [trial.standing(as_of) for trial in scene.trials]
    elsewhere = tuple([standing for standing in standings if standing.course.id not in placed])
    why = (*findings.phase.reasons, *findings.severity.reasons)
    return AlgorithmMap(columns, adjuncts, _path(scene), elsewhere, why)


class _Drawing:
    """Places courses and offers on the printed options."""

    def __init__(self, scene: Scene, menu: Menu, findings: PathwayFindings) -> None:
        self.scene, self.menu, self.findings = scene, menu, findings
        self.in_remission = findings.phase.phase in (Phase.MAINTENANCE, Phase.DRUG_FREE_REMISSION)
        self.group = scene.group.value
        self.offered = {(option.rung, option.drugs) for option in findings.options if not option.blocked}
        self.below = {(option.rung, option.drugs) for option in findings.alternatives if not option.blocked}
        self.beside = {option.drugs for option in findings.adjuncts if not option.blocked}
        self.standings = {trial.course.id: trial.standing(findings.as_of) for trial in scene.trials}

    def column(self, kind: ColumnKind) -> Column:
        remission = kind is ColumnKind.REMISSION
        mine = remission or kind.value == self.group
        applies = mine and remission is self.in_remission and self.findings.in_scope
        steps = tuple([self.step(rung_id, mine=mine) for rung_id in _STEPS[kind]])
        return Column(kind, applies, steps)

    def step(self, rung_id: str, *, mine: bool) -> Step:
        rung = self.scene.protocol.rungs[rung_id]
        line = self._finding(rung)
        finding = line if mine else None
        nodes = tuple([self.node(rung_id, entry, line, mine=mine) for entry in rung.options])
        reached = str(self.findings.line_reached)
        here = finding is not None and rung.group is not None and rung.code == reached and not self.in_remission
        if finding is not None and rung.group is None and self.in_remission:
            here = any(course.running for course in finding.courses)
        return Step(rung, finding, nodes, here, any(Mark.NEXT in node.marks for node in nodes))

    def _finding(self, rung: Rung) -> LineFinding | None:
        lines = self.findings.maintenance if rung.group is None else self.findings.lines
        return next((line for line in lines if line.code == rung.code), None)

    def node(self, rung_id: str, entry: RungOption, finding: LineFinding | None = None, *, mine: bool = True) -> Node:
        option = self.menu.option(rung_id, entry.drugs)
        courses = self._courses(rung_id, entry, finding) if mine else self._only_printed_there(rung_id, entry, finding)
        found = self._marks(rung_id, entry, option, courses) if mine or courses else self._offers(rung_id, entry)
        return Node(option, entry.part, option.tier, tuple([mark for mark in Mark if mark in found]), courses)

    def _only_printed_there(
        self, rung_id: str, entry: RungOption, finding: LineFinding | None
    ) -> tuple[CourseStanding, ...]:
        """Courses of this patient that only the other group's line prints: abatacept, in somebody severe."""
        own = self.scene.protocol.rungs.get(f"{self.group}_{rung_id[-1]}")
        printed = {drug for option in own.options for drug in option.drugs} if own is not None else set()
        if entry.part is Part.BASE or any(drug in printed for drug in entry.drugs):
            return ()
        return self._courses(rung_id, entry, finding)

    def _courses(self, rung_id: str, entry: RungOption, finding: LineFinding | None) -> tuple[CourseStanding, ...]:
        if rung_id == "adjunct":
            return self._of_drug(entry.drugs[0], CourseRole.IMMUNOGLOBULIN)
        if entry.part is Part.BASE:
            # The corticosteroid runs beside every line; its history stands at line 1, and what runs at each line.
            courses = self._of_drug(entry.drugs[0], CourseRole.CORTICOSTEROID)
            return courses if rung_id.endswith("_1") else tuple([course for course in courses if course.running])
        known = finding.courses if finding is not None else ()
        found = [course for course in known if course.drug in entry.drugs]
        if len({course.drug for course in found}) < len(entry.drugs):
            found = []
        if finding is not None and rung_id.endswith(("_1", "_2", "_3")):
            found += self._never_given(entry.drugs)
        return tuple(found)

    def _of_drug(self, drug: str, role: CourseRole) -> tuple[CourseStanding, ...]:
        return tuple(
            [
                self.standings[trial.course.id]
                for trial in self.scene.trials
                if trial.drug == drug and trial.course.role is role
            ]
        )

    def _never_given(self, drugs: tuple[str, ...]) -> list[CourseStanding]:
        return [
            self.standings[trial.course.id]
            for trial in self.scene.trials
            if trial.drug in drugs and not trial.taken and trial.immunosuppressant
        ]

    def _marks(self, rung_id: str, entry: RungOption, option: Option, courses: Iterable[CourseStanding]) -> set[Mark]:
        marks = {mark for course in courses for mark in _marks_of(course)}
        kinds = {annotation.kind for annotation in option.annotations}
        if AnnotationKind.BLOCKED in kinds:
            marks.add(Mark.WITHHELD)
        if AnnotationKind.UNAVAILABLE in kinds:
            marks.add(Mark.RULED_OUT)
        if Mark.RUNNING not in marks:
            marks |= self._offers(rung_id, entry)
        return marks or {Mark.NOT_TRIED}

    def _offers(self, rung_id: str, entry: RungOption) -> set[Mark]:
        if (rung_id, entry.drugs) in self.offered or (rung_id == "adjunct" and entry.drugs in self.beside):
            return {Mark.NEXT}
        return {Mark.ALTERNATIVE} if (rung_id, entry.drugs) in self.below else set()


def _marks_of(course: CourseStanding) -> set[Mark]:
    marks = {Mark.RUNNING} if course.running else set()
    if course.outcome:
        kind = OutcomeKind(course.outcome)
        if kind in _MARK_OF_OUTCOME:
            marks.add(_MARK_OF_OUTCOME[kind])
        elif kind in FAILING:
            marks.add(Mark.FAILED)
        elif kind in SUCCEEDING:
            marks.add(Mark.WORKED)
    return marks or {Mark.STOPPED}


def _path(scene: Scene) -> tuple[PathEntry, ...]:
    """Starts, judgements and stops of what the algorithm names, and milestones, oldest first."""
    found: list[tuple[date, int, str, PathEntry]] = []

    def add(on: date, rank: int, text: str, fact: FactReference) -> None:
        if on <= scene.as_of:
            found.append((on, rank, text, PathEntry(on, text, fact)))

    for trial in scene.trials:
        course = trial.course
        if course.role in _SUPPORTIVE or not trial.drug:
            continue
        place = f" (line {trial.line})" if trial.line and not trial.in_maintenance else ""
        words = f"{trial.name}{place} started" if trial.taken else f"{trial.name} never given"
        add(course.start_on, 1, words, trial.reference)
        for outcome in course.outcomes:
            why = f": {outcome.reason}" if outcome.reason else ""
            add(outcome.on, 2, f"{trial.name}: {outcome.kind.label}{why}", trial.outcome_reference(outcome))
        if course.stop_on is not None:
            reason = f" ({course.stop_reason.label})" if course.stop_reason else ""
            add(course.stop_on, 3, f"{trial.name} stopped{reason}", trial.reference)
    for milestone in scene.record.milestones:
        label = f"{milestone.kind.label}, {display_date(milestone.on, milestone.precision)}"
        fact = FactReference("milestone", milestone.id, label)
        add(milestone.on, 0, f"{milestone.kind.label} declared", fact)
    found.sort(key=lambda entry: (*entry[:3], entry_order(entry[3].fact.id)))
    return tuple([entry for *_, entry in found])


def group_words(findings: PathwayFindings) -> str:
    """By which group options are chosen now, in words; says so when strength has not been assessed."""
    if findings.phase.phase in (Phase.MAINTENANCE, Phase.DRUG_FREE_REMISSION):
        return findings.phase.phase.label
    if findings.severity.group is SeverityGroup.NOT_ASSESSED:
        return f"{findings.severity.working_group.label} meanwhile: severity is not yet assessed"
    return findings.severity.group.label
