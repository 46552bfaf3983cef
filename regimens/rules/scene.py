"""What every pathway rule looks at: one patient on one day, worked out once."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from patients.rules.age import age_on
from patients.rules.antibodies import plain_name, positive_antibodies
from patients.rules.as_of import active_conditions, weight_on
from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.record import Autoantibody, Condition, Weight
from patients.rules.vocabulary import ConditionKind
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol, Remark
from regimens.rules.findings import Annotation, AnnotationKind, SeverityGroup
from regimens.rules.phase import TreatmentCourse, known_milestones, present_course
from regimens.rules.record import TreatmentRecord
from regimens.rules.severity import SeverityStanding, severity_standing
from regimens.rules.standing import Trial, trials_as_of
from regimens.rules.vocabulary import CourseRole

IMMUNOGLOBULIN = "normal_immunoglobulin"


_SEVERELY_WEAK = Predicate("severe muscle weakness", Truth.TRUE)
_NOWHERE: frozenset[int] = frozenset()
_RUNGS = {group: ("", *(f"{group.value}_{line}" for line in (1, 2, 3))) for group in SeverityGroup}


class HeldRemark:
    """A remark that holds for this patient today.

    Many hold and few are shown, so the annotation is made when an option first shows it.
    """

    __slots__ = ("_annotation", "names", "remark")

    def __init__(self, remark: Remark, names: frozenset[str]) -> None:
        self.remark = remark
        self.names = names
        self._annotation: Annotation | None = None

    def reason(self, scene: "Scene") -> Reason:
        """Why it holds: the conditions, then the antibodies, then the weakness that it asks for."""
        conditions, antibodies = _facts_behind(scene, self.remark, self.names)
        predicates = [condition_predicate(condition) for condition in conditions]
        predicates += [antibody_predicate(row) for row in antibodies]
        if self.remark.severe_weakness:
            predicates.append(_SEVERELY_WEAK)
        return scene.protocol.because(self.remark.id, *predicates)

    def annotation(self, scene: "Scene") -> Annotation:
        if self._annotation is None:
            self._annotation = Annotation(self.remark.annotation, self.remark.text, self.reason(scene))
        return self._annotation


@dataclass(slots=True)
class Scene:
    """Built by `scene_of`; lines.py then writes the line of each trial."""

    record: TreatmentRecord
    protocol: PathwayProtocol
    as_of: date
    trials: list[Trial]
    course: TreatmentCourse
    severity: SeverityStanding
    group: SeverityGroup
    """What options are chosen by: severe, or non-severe (also while severity is not yet assessed)."""
    conditions: dict[ConditionKind, Condition]
    antibodies: dict[str, Autoantibody]
    minor: bool | None
    weight: Weight | None
    running: list[Trial]
    present: list[Trial]
    """Immunosuppressants taken in the present course of treatment."""
    immunoglobulin: list[Trial]
    """Immunoglobulin by any route, given as treatment of the myositis."""
    steroid_running: bool
    monotherapy_situation: bool
    remarks: dict[str, list[HeldRemark]] = field(default_factory=dict)
    early: list[HeldRemark] = field(default_factory=list)
    blocked_drugs: set[str] = field(default_factory=set)

    def rung(self, line: int) -> str:
        """The id of an induction line for the present group."""
        return _RUNGS[self.group][line]

    def blocked(self, drug: str) -> bool:
        """Withheld by an added safety rule today."""
        return drug in self.blocked_drugs


def scene_of(record: TreatmentRecord, protocol: PathwayProtocol, as_of: date) -> Scene:
    patient = record.patient
    trials = trials_as_of(record, protocol, as_of)
    milestones = known_milestones(record, as_of)
    course = present_course(milestones, trials)
    present, running = _sorted_out(trials, course)
    severity = severity_standing(patient, milestones, as_of, protocol)
    age = age_on(patient.person.born, as_of)
    conditions = active_conditions(patient, as_of) if patient.conditions else {}
    scene = Scene(
        record=record,
        protocol=protocol,
        as_of=as_of,
        trials=trials,
        course=course,
        severity=severity,
        group=severity.working_group,
        conditions=conditions,
        antibodies=positive_antibodies(patient, as_of) if patient.autoantibodies else {},
        minor=None if age is None else age < protocol.settings.adult_age,
        weight=weight_on(patient, as_of) if patient.weights else None,
        running=running,
        present=present,
        immunoglobulin=[
            trial for trial in trials if trial.drug == IMMUNOGLOBULIN and trial.course.role is CourseRole.IMMUNOGLOBULIN
        ],
        steroid_running=any(trial.corticosteroid for trial in running),
        monotherapy_situation=not conditions.keys().isdisjoint(protocol.file.monotherapy_conditions),
    )
    _note_remarks(scene)
    return scene


def _sorted_out(trials: list[Trial], course: TreatmentCourse) -> tuple[list[Trial], list[Trial]]:
    """Marks the trials of the present course; gives its immunosuppressants that were taken, and all that runs."""
    began_on = course.began_on
    present: list[Trial] = []
    running: list[Trial] = []
    for trial in trials:
        if began_on is not None and trial.course.start_on < began_on:
            trial.present = False
        elif trial.immunosuppressant and trial.taken:
            present.append(trial)
        if trial.running:
            running.append(trial)
    return present, running


@dataclass(frozen=True, eq=False)
class RemarkBook:
    """Remarks that depend on the patient, in the order of the file, found by what can make them hold.

    `names` are the antibodies of each remark by plain name, and `tested` says whether anything is left to test once it
    was found; the others give places in `remarks`. A remark that asks for conditions is found by these alone, one that
    asks for neither condition nor antibody is always found.
    """

    remarks: tuple[Remark, ...]
    names: tuple[frozenset[str], ...]
    tested: tuple[bool, ...]
    by_condition: dict[ConditionKind, set[int]]
    by_antibody: dict[str, set[int]]
    by_any_antibody: set[int]
    always: set[int]


@lru_cache(maxsize=16)
def remark_book(protocol: PathwayProtocol) -> RemarkBook:
    remarks = tuple(remark for remark in protocol.file.remarks if depends_on_patient(remark))
    names = tuple(frozenset(plain_name(name) for name in remark.antibodies) for remark in remarks)
    tested = tuple(_is_tested(remark) for remark in remarks)
    book = RemarkBook(remarks, names, tested, {kind: set() for kind in ConditionKind}, {}, set(), set())
    for place, remark in enumerate(remarks):
        if remark.conditions:
            for kind in remark.conditions:
                book.by_condition[kind].add(place)
        elif remark.any_antibody:
            book.by_any_antibody.add(place)
        elif remark.antibodies:
            for name in names[place]:
                book.by_antibody.setdefault(name, set()).add(place)
        else:
            book.always.add(place)
    return book


def _is_tested(remark: Remark) -> bool:
    """Whether it asks for more than what it was found by."""
    both = bool(remark.conditions) and bool(remark.antibodies or remark.any_antibody)
    return both or bool(remark.phases) or remark.severe_weakness


def depends_on_patient(remark: Remark) -> bool:
    return bool(
        remark.conditions or remark.antibodies or remark.any_antibody or remark.severe_weakness or remark.phases
    )


def _note_remarks(scene: Scene) -> None:
    """Finds the remarks that hold for this patient today."""
    book = remark_book(scene.protocol)
    places = set(book.always)
    for kind in scene.conditions:
        places |= book.by_condition[kind]
    if scene.antibodies:
        places |= book.by_any_antibody
        for name in scene.antibodies:
            places |= book.by_antibody.get(name, _NOWHERE)
    for place in sorted(places):
        remark, names = book.remarks[place], book.names[place]
        if book.tested[place] and not _holds(scene, remark, names):
            continue
        held = HeldRemark(remark, names)
        if remark.early:
            scene.early.append(held)
            continue
        for drug in remark.drugs:
            scene.remarks.setdefault(drug, []).append(held)
        if remark.annotation is AnnotationKind.BLOCKED:
            scene.blocked_drugs.update(remark.drugs)


def _holds(scene: Scene, remark: Remark, names: frozenset[str]) -> bool:
    """Whether every test of the remark is true."""
    if remark.phases and scene.course.phase not in remark.phases:
        return False
    if remark.severe_weakness and not scene.severity.severe_weakness:
        return False
    conditions, antibodies = _facts_behind(scene, remark, names)
    return bool(conditions or not remark.conditions) and bool(antibodies or not (names or remark.any_antibody))


def _facts_behind(scene: Scene, remark: Remark, names: frozenset[str]) -> tuple[list[Condition], list[Autoantibody]]:
    """The recorded conditions and antibodies that the remark asks for."""
    conditions = [scene.conditions[kind] for kind in remark.conditions if kind in scene.conditions]
    antibodies = [row for name, row in scene.antibodies.items() if remark.any_antibody or name in names]
    antibodies.sort(key=lambda row: (row.name, entry_order(row.id)))
    return conditions, antibodies


def condition_predicate(condition: Condition) -> Predicate:
    label = f"{condition.kind.label} from {display_date(condition.from_on, condition.precision)}"
    return Predicate(label, Truth.TRUE, (FactReference("condition", condition.id, label),))


def antibody_predicate(row: Autoantibody) -> Predicate:
    label = f"{row.name} positive"
    return Predicate(label, Truth.TRUE, (FactReference("autoantibody", row.id, label),))
