"""What every pathway rule looks at: one patient on one day, worked out once."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from patients.rules.age import age_on
from patients.rules.antibodies import plain_name, positive_antibodies
from patients.rules.as_of import active_conditions, weight_on
from patients.rules.reasons import FactReference, Predicate, Truth
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


@dataclass(slots=True)
class Scene:
    """Built by `scene_of`; lines.py then writes the line of each trial."""

    record: TreatmentRecord
    protocol: PathwayProtocol
    as_of: date
    trials: list[Trial]
    course: TreatmentCourse
    severity: SeverityStanding
    conditions: dict[ConditionKind, Condition]
    antibodies: dict[str, Autoantibody]
    minor: bool | None
    weight: Weight | None
    present: list[Trial]
    """Immunosuppressants taken in the present course of treatment."""
    steroid_running: bool
    remarks: dict[str, list[tuple[Remark, Annotation]]] = field(default_factory=dict)
    early: list[tuple[Remark, Annotation]] = field(default_factory=list)

    @property
    def group(self) -> SeverityGroup:
        return self.severity.working_group

    @property
    def monotherapy_situation(self) -> bool:
        return any(kind in self.conditions for kind in self.protocol.file.monotherapy_conditions)

    def rung(self, line: int) -> str:
        """The id of an induction line for the present group."""
        return f"{self.group.value}_{line}"

    def blocked(self, drug: str) -> bool:
        """Withheld by an added safety rule today."""
        return any(annotation.kind is AnnotationKind.BLOCKED for _, annotation in self.remarks.get(drug, ()))


def scene_of(record: TreatmentRecord, protocol: PathwayProtocol, as_of: date) -> Scene:
    patient = record.patient
    trials = trials_as_of(record, protocol, as_of)
    milestones = known_milestones(record, as_of)
    course = present_course(milestones, trials)
    for trial in trials:
        trial.present = course.began_on is None or trial.course.start_on >= course.began_on
    severity = severity_standing(patient, milestones, as_of, protocol)
    age = age_on(patient.person.born, as_of)
    scene = Scene(
        record=record,
        protocol=protocol,
        as_of=as_of,
        trials=trials,
        course=course,
        severity=severity,
        conditions=active_conditions(patient, as_of) if patient.conditions else {},
        antibodies=positive_antibodies(patient, as_of) if patient.autoantibodies else {},
        minor=None if age is None else age < protocol.settings.adult_age,
        weight=weight_on(patient, as_of) if patient.weights else None,
        present=[trial for trial in trials if trial.present and trial.taken and trial.immunosuppressant],
        steroid_running=any(trial.running and trial.corticosteroid for trial in trials),
    )
    if scene.conditions or scene.antibodies or severity.severe:
        _note_remarks(scene)
    return scene


@lru_cache(maxsize=16)
def conditional_remarks(protocol: PathwayProtocol) -> tuple[tuple[Remark, frozenset[str]], ...]:
    """Remarks that depend on the patient, with their antibodies by plain name."""
    return tuple(
        (remark, frozenset(plain_name(name) for name in remark.antibodies))
        for remark in protocol.file.remarks
        if depends_on_patient(remark)
    )


def depends_on_patient(remark: Remark) -> bool:
    return bool(
        remark.conditions or remark.antibodies or remark.any_antibody or remark.severe_weakness or remark.phases
    )


def _note_remarks(scene: Scene) -> None:
    """Finds the remarks that hold for this patient today, with the facts that make them hold."""
    for remark, antibodies in conditional_remarks(scene.protocol):
        predicates = _holds(scene, remark, antibodies)
        if predicates is None:
            continue
        annotation = Annotation(remark.annotation, remark.text, scene.protocol.because(remark.id, *predicates))
        if remark.early:
            scene.early.append((remark, annotation))
        else:
            for drug in remark.drugs:
                scene.remarks.setdefault(drug, []).append((remark, annotation))


def _holds(scene: Scene, remark: Remark, antibodies: frozenset[str]) -> list[Predicate] | None:
    """The predicates that were true, or None when one was not."""
    if remark.phases and scene.course.phase not in remark.phases:
        return None
    predicates: list[Predicate] = []
    if remark.conditions:
        found = [scene.conditions[kind] for kind in remark.conditions if kind in scene.conditions]
        if not found:
            return None
        predicates += [condition_predicate(condition) for condition in found]
    if antibodies or remark.any_antibody:
        rows = [row for name, row in scene.antibodies.items() if remark.any_antibody or name in antibodies]
        if not rows:
            return None
        rows.sort(key=lambda row: (row.name, row.id))
        predicates += [antibody_predicate(row) for row in rows]
    if remark.severe_weakness:
        if not scene.severity.severe_weakness:
            return None
        predicates.append(Predicate("severe muscle weakness", Truth.TRUE))
    return predicates


def condition_predicate(condition: Condition) -> Predicate:
    label = f"{condition.kind.label} from {display_date(condition.from_on, condition.precision)}"
    return Predicate(label, Truth.TRUE, (FactReference("condition", condition.id, label),))


def antibody_predicate(row: Autoantibody) -> Predicate:
    label = f"{row.name} positive"
    return Predicate(label, Truth.TRUE, (FactReference("autoantibody", row.id, label),))


def immunoglobulin_trials(scene: Scene) -> list[Trial]:
    """Immunoglobulin by any route, given as treatment of the myositis."""
    return [
        trial
        for trial in scene.trials
        if trial.drug == IMMUNOGLOBULIN and trial.course.role is CourseRole.IMMUNOGLOBULIN
    ]
