"""What the pathway rules answer. Screens, API, exports and the case replay all read these same values."""

from dataclasses import dataclass
from datetime import date

from patients.rules.quick_init import quick_init
from patients.rules.reasons import FactReference, Predicate, Reason
from patients.rules.vocabulary import Vocabulary
from regimens.rules.vocabulary import CourseRole, PromptCode


class SeverityGroup(Vocabulary):
    SEVERE = "severe", "severe"
    NON_SEVERE = "non_severe", "non-severe"
    NOT_ASSESSED = "not_assessed", "not yet assessed"
    ANY = "any", "any: the disease is in remission"


class Phase(Vocabulary):
    INDUCTION = "induction", "induction"
    MAINTENANCE = "maintenance", "maintenance"
    RELAPSE = "relapse", "relapse"
    DRUG_FREE_REMISSION = "drug_free_remission", "remission off treatment"


class LineState(Vocabulary):
    NOT_TRIED = "not_tried", "not tried"
    IN_TRIAL = "in_trial", "in trial"
    RESPONDING = "responding", "responding"
    COMPLETED = "completed", "completed, not failed"
    FAILED = "failed", "failed"
    NOT_AVAILABLE = "not_available", "not available"


class NextStepWord(Vocabulary):
    START_LINE_1 = "start_line_1", "start line 1"
    START_TREATMENT = "start_treatment", "start treatment"
    COMPLETE_LINE_1 = "complete_line_1", "complete line 1: add its immunosuppressant"
    CONTINUE_LINE_1 = "continue_line_1", "continue line 1"
    CONTINUE_LINE_2 = "continue_line_2", "continue line 2"
    CONTINUE_LINE_3 = "continue_line_3", "continue line 3"
    CONTINUE_CURRENT = "continue_current", "continue the current treatment"
    ESCALATE_LINE_2 = "escalate_line_2", "line 2 may come next"
    ESCALATE_LINE_3 = "escalate_line_3", "line 3 may come next"
    LINE_3_ALTERNATIVE = "line_3_alternative", "another line 3 drug may come next"
    CONTINUE_MAINTENANCE = "continue_maintenance", "continue maintenance"
    MAINTENANCE_SINGLE_AGENT = "maintenance_single_agent", "maintenance with a single agent"
    MAINTENANCE_COMBINATION = "maintenance_combination", "maintenance with a combination"
    MAINTENANCE_ALTERNATIVE = "maintenance_alternative", "maintenance with an alternative agent"
    NONE_DRUG_FREE_REMISSION = "none_drug_free_remission", "nothing to start: remission off treatment"
    OUT_OF_SCOPE = "out_of_scope", "this pathway does not apply"


class Tier(Vocabulary):
    """The rank that the published algorithm prints beside an option."""

    PRIMARY = "primary", "primary option"
    SECONDARY = "secondary", "secondary option"
    ADJUNCT = "adjunct", "adjunct"
    ALTERNATIVE = "alternative", "alternative, outside the next step"


class AnnotationKind(Vocabulary):
    """What a clinician must see beside an option."""

    FAILED_BEFORE = "failed_before", "failed before"
    INTOLERANT_BEFORE = "intolerant_before", "not tolerated before"
    CAUTION = "caution", "caution"
    BLOCKED = "blocked", "blocked by an added safety rule"
    UNAVAILABLE = "unavailable", "contraindicated or declined"
    SUPPORTED = "supported", "supported"
    RUNNING = "running", "running now"
    NOTE = "note", "note"


NOT_OFFERED = frozenset({AnnotationKind.BLOCKED, AnnotationKind.UNAVAILABLE, AnnotationKind.INTOLERANT_BEFORE})


class GapCode(Vocabulary):
    """Something missing or outside the printed ranges."""

    STEROID_WITHOUT_PARTNER = "steroid_without_partner", "corticosteroid without an immunosuppressant"
    PARTNER_WITHOUT_STEROID = "partner_without_steroid", "immunosuppressant without a corticosteroid"
    METHOTREXATE_WITHOUT_FOLIC_ACID = "methotrexate_without_folic_acid", "methotrexate without folic acid"
    DOSE_OUTSIDE_RANGE = "dose_outside_range", "dose outside the printed range"
    DOSE_NOT_RECORDED = "dose_not_recorded", "dose not recorded"
    NO_DATED_WEIGHT = "no_dated_weight", "no dated weight"
    STRENGTH_NOT_ASSESSED = "strength_not_assessed", "strength not yet assessed"
    OUTCOME_NOT_DATED = "outcome_not_dated", "judgement without a day"


@quick_init
@dataclass(frozen=True, slots=True)
class Severity:
    """`group` is what is known; `working_group` is what options are chosen by when it is not (reading 7)."""

    group: SeverityGroup
    working_group: SeverityGroup
    decided_on: date | None
    decided_by: tuple[FactReference, ...]
    reasons: tuple[Reason, ...]


@quick_init
@dataclass(frozen=True, slots=True)
class PhaseFinding:
    phase: Phase
    since: date | None
    reasons: tuple[Reason, ...]


@quick_init
@dataclass(frozen=True, slots=True)
class CourseStanding:
    """A course seen from a line: how it stands as of the day."""

    course: FactReference
    drug: str
    drug_name: str
    role: CourseRole
    start_on: date
    stop_on: date | None
    running: bool
    outcome: str
    outcome_on: date | None


@quick_init
@dataclass(frozen=True, slots=True)
class LineFinding:
    """One rung: an induction line ("1", "2", "3") or a maintenance step ("a", "b", "c")."""

    code: str
    title: str
    state: LineState
    courses: tuple[CourseStanding, ...]
    reasons: tuple[Reason, ...]
    why_not_yet: tuple[Predicate, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class Annotation:
    kind: AnnotationKind
    text: str
    reason: Reason


@quick_init
@dataclass(frozen=True, slots=True)
class Option:
    """One thing the algorithm offers: a drug, or drugs given together, with everything to know before choosing."""

    drugs: tuple[str, ...]
    name: str
    tier: Tier
    rung: str
    dose_text: str
    annotations: tuple[Annotation, ...]
    reasons: tuple[Reason, ...]
    adverse_effects: tuple[str, ...] = ()
    monitoring_named: tuple[str, ...] = ()

    @property
    def blocked(self) -> bool:
        """Listed so that nobody wonders where it is, but not offered: blocked, unavailable, or not tolerated before."""
        return not NOT_OFFERED.isdisjoint([annotation.kind for annotation in self.annotations])


@quick_init
@dataclass(frozen=True, slots=True)
class NextStep:
    word: NextStepWord
    text: str
    reasons: tuple[Reason, ...]
    why_not_yet: tuple[Predicate, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class Gap:
    code: GapCode
    text: str
    facts: tuple[FactReference, ...]
    reason: Reason


@quick_init
@dataclass(frozen=True, slots=True)
class Prompt:
    """A question. `subject` is what it is about: a fact as "course:12", or "" for the patient as a whole.

    `facts` are those that decide: when one of them changes, a question already answered is put again. The predicates
    of `reason` may show more.
    """

    code: PromptCode
    text: str
    facts: tuple[FactReference, ...]
    reason: Reason
    subject: str = ""


@quick_init
@dataclass(frozen=True, slots=True)
class PathwayFindings:
    """Where the patient stands in the published algorithm as of a day, and why."""

    as_of: date
    protocol_version: str
    in_scope: bool
    scope_reasons: tuple[Reason, ...]
    severity: Severity
    phase: PhaseFinding
    line_reached: int
    line_ever_reached: int
    line_reasons: tuple[Reason, ...]
    lines: tuple[LineFinding, ...]
    maintenance: tuple[LineFinding, ...]
    failed_lines: tuple[int, ...]
    failed_drugs: tuple[str, ...]
    running: tuple[CourseStanding, ...]
    next_step: NextStep
    options: tuple[Option, ...]
    alternatives: tuple[Option, ...]
    adjuncts: tuple[Option, ...]
    gaps: tuple[Gap, ...]
    prompts: tuple[Prompt, ...]
    notices: tuple[Reason, ...]
