"""Each course seen as of a day: running or not, judged or not. Nothing dated later is visible here."""

from datetime import date

from patients.rules.entry_order import entry_order
from patients.rules.reasons import FactReference
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import CourseStanding
from regimens.rules.record import Course, Outcome, TreatmentRecord
from regimens.rules.vocabulary import CourseRole, OutcomeKind, Route

FAILING = frozenset({OutcomeKind.INEFFECTIVE, OutcomeKind.STEROID_DEPENDENT, OutcomeKind.INTOLERANT})
SUCCEEDING = frozenset({OutcomeKind.RESPONDED, OutcomeKind.REMISSION})
UNAVAILABLE = frozenset({OutcomeKind.CONTRAINDICATED, OutcomeKind.DECLINED})

# Looked up once: in Python 3.11 naming a member of an enumeration costs more than the comparison it is for.
_IMMUNOSUPPRESSANT, _CORTICOSTEROID = CourseRole.IMMUNOSUPPRESSANT, CourseRole.CORTICOSTEROID
_TOPICAL, _INTOLERANT = Route.TOPICAL, OutcomeKind.INTOLERANT

# Of two judgements on one course on one day the more cautious one counts.
_CAUTION = {kind: rank for rank, kind in enumerate(OutcomeKind)} | {
    OutcomeKind.INEFFECTIVE: 20,
    OutcomeKind.STEROID_DEPENDENT: 21,
    OutcomeKind.INTOLERANT: 22,
}


def outcome_on(course: Course, day: date) -> Outcome | None:
    """The judgement that stands on `day`: the latest one, unless an earlier failure outlasts it."""
    return _last_word(_outcomes_by(course, day))


def _last_word(outcomes: list[Outcome]) -> Outcome | None:
    found: Outcome | None = None
    for outcome in outcomes:
        if found is None or not _outlasts(found.kind, outcome.kind):
            found = outcome
    return found


def _last_bar(outcomes: list[Outcome]) -> Outcome | None:
    found: Outcome | None = None
    for outcome in outcomes:
        if outcome.kind in UNAVAILABLE:
            found = outcome
        elif outcome.kind in SUCCEEDING:
            found = None
    return found


def _outcomes_by(course: Course, day: date) -> list[Outcome]:
    """Judgements up to and including `day`, oldest first."""
    known = [outcome for outcome in course.outcomes if outcome.on <= day]
    if len(known) > 1:
        known.sort(key=_weight)
    return known


def _outlasts(standing: OutcomeKind, later: OutcomeKind) -> bool:
    """Whether a failure stays the word on the course although another judgement came later.

    "Completed", "contraindicated" and "declined" say nothing of whether the drug worked, and no effect, full or
    partial, says that a drug was tolerated; only a success undoes either (readings 18, 19).
    """
    if later in SUCCEEDING:
        return False
    if standing is OutcomeKind.INTOLERANT:
        return later is not OutcomeKind.INTOLERANT
    return standing in FAILING and later not in FAILING and later is not OutcomeKind.PARTIAL_RESPONSE


def _weight(outcome: Outcome) -> tuple[date, int, tuple[int, str]]:
    return (outcome.on, _CAUTION[outcome.kind], entry_order(outcome.id))


class Trial:
    """One course as it stands on the day. `line` and `step` are set by lines.py and maintenance.py.

    `outcome` is the judgement that stands and `barred` the one that makes the drug unavailable, which may be another.
    `counted` is the one that lines count, which leaves out judgements made during the present remission (they belong
    to the maintenance step).

    `immunosuppressant`: in the catalogue and given as an immunosuppressant; only these define lines.
    `corticosteroid`: a systemic one; a corticosteroid on the skin treats no muscle.
    `unavailable`: contraindicated or declined, whether or not it was ever given.
    """

    # Plain attributes and no properties: every rule asks them of every course.
    __slots__ = (
        "_outcome_reference",
        "_reference",
        "_standing",
        "barred",
        "corticosteroid",
        "counted",
        "course",
        "drug",
        "failed",
        "immunosuppressant",
        "in_maintenance",
        "intolerant",
        "line",
        "name",
        "outcome",
        "present",
        "running",
        "step",
        "succeeded",
        "taken",
        "tier_rule",
        "unavailable",
    )

    def __init__(self, course: Course, name: str, as_of: date) -> None:
        role = course.role
        self.course = course
        self.drug = course.drug
        self.name = name
        self.immunosuppressant = role is _IMMUNOSUPPRESSANT and course.drug != ""
        self.corticosteroid = role is _CORTICOSTEROID and course.route is not _TOPICAL
        self.taken = taken = not course.never_given
        self.running = taken and (course.stop_on is None or course.stop_on > as_of)
        self.line = 0
        self.step = self.tier_rule = ""
        self.in_maintenance = False
        self.present = True
        self._reference: FactReference | None = None
        self._outcome_reference: FactReference | None = None
        self._standing: CourseStanding | None = None
        self.outcome: Outcome | None = None
        self.counted: Outcome | None = None
        self.barred: Outcome | None = None
        self.failed = self.intolerant = self.succeeded = False
        self.unavailable = not taken
        if course.outcomes:
            self._judge(_outcomes_by(course, as_of))

    def _judge(self, outcomes: list[Outcome]) -> None:
        """Sets what follows from the judgements known on the day."""
        outcome = self.outcome = self.counted = _last_word(outcomes)
        self.barred = _last_bar(outcomes)
        self.unavailable = self.unavailable or self.barred is not None
        if outcome is not None:
            self.failed = outcome.kind in FAILING
            self.intolerant = outcome.kind is _INTOLERANT
            self.succeeded = outcome.kind in SUCCEEDING

    def runs_on(self, day: date) -> bool:
        course = self.course
        return self.taken and course.start_on <= day and (course.stop_on is None or course.stop_on > day)

    @property
    def reference(self) -> FactReference:
        if self._reference is None:
            began = display_date(self.course.start_on, self.course.start_precision)
            label = f"{self.name} from {began}" if self.taken else f"{self.name}, never given, {began}"
            self._reference = FactReference("course", self.course.id, label)
        return self._reference

    def standing(self, as_of: date) -> CourseStanding:
        if self._standing is None:
            course, outcome = self.course, self.outcome
            stop_on = course.stop_on if course.stop_on is not None and course.stop_on <= as_of else None
            self._standing = CourseStanding(
                self.reference,
                self.drug,
                self.name,
                course.role,
                course.start_on,
                stop_on,
                self.running,
                outcome.kind.value if outcome else "",
                outcome.on if outcome else None,
            )
        return self._standing

    def outcome_reference(self, outcome: Outcome | None = None) -> FactReference:
        """A judgement as a fact: the one that stands unless another is named. Only for a trial that has one."""
        if outcome is None or outcome is self.outcome:
            if self._outcome_reference is None:
                self._outcome_reference = self._reference_to(self.outcome) if self.outcome else self.reference
            return self._outcome_reference
        return self._reference_to(outcome)

    def _reference_to(self, outcome: Outcome) -> FactReference:
        label = f"{self.name}: {outcome.kind.label}, {display_date(outcome.on, outcome.precision)}"
        return FactReference("outcome", outcome.id, label)


def trials_as_of(record: TreatmentRecord, protocol: PathwayProtocol, as_of: date) -> list[Trial]:
    """Every course begun (or found unsuitable) by the day, oldest first, in an order that the input does not set."""
    drugs = protocol.drugs
    trials = []
    for course in record.courses:
        if course.start_on <= as_of:
            drug = drugs.get(course.drug)
            trials.append(Trial(course, drug.name if drug else course.drug_text or course.drug, as_of))
    if len(trials) > 1:
        trials.sort(key=_by_start)
    return trials


def _by_start(trial: Trial) -> tuple[date, str, tuple[int, str]]:
    return (trial.course.start_on, trial.drug, entry_order(trial.course.id))


def reference_of(trials: list[Trial]) -> tuple[FactReference, ...]:
    return tuple([trial.reference for trial in trials])
