"""Maintenance steps a, b and c, kept apart from induction lines (readings 28 to 32)."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from patients.rules.reasons import Predicate, Truth
from patients.rules.wording import display_date
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import LineFinding, LineState, Phase
from regimens.rules.line_findings import STATE_RULES, untouched
from regimens.rules.lines import in_effect
from regimens.rules.scene import Scene
from regimens.rules.standing import FAILING, Trial, outcome_on

STEPS = ("a", "b", "c")
RUNGS = {step: f"maintenance_{step}" for step in STEPS}


@dataclass(frozen=True, slots=True)
class StepDrugs:
    single: frozenset[str]
    secondary: frozenset[str]
    pairs: tuple[tuple[str, ...], ...]
    alternative: frozenset[str]


@lru_cache(maxsize=16)
def step_drugs(protocol: PathwayProtocol) -> StepDrugs:
    single = protocol.rungs["maintenance_a"].options
    return StepDrugs(
        frozenset(option.drugs[0] for option in single),
        frozenset(option.drugs[0] for option in single if option.tier.value == "secondary"),
        tuple(option.drugs for option in protocol.rungs["maintenance_b"].options),
        frozenset(option.drugs[0] for option in protocol.rungs["maintenance_c"].options),
    )


@dataclass(slots=True)
class Pair:
    """A named combination taken during the present remission."""

    drugs: tuple[str, ...]
    trials: tuple[Trial, Trial]
    began_on: date
    failed_on: date | None
    running: bool


@dataclass(slots=True)
class MaintenanceStanding:
    """Steps of the present remission. `failed` gives the day of the last failing judgement of each failed step."""

    on: dict[str, list[Trial]] = field(default_factory=lambda: {"a": [], "b": [], "c": []})
    pairs: list[Pair] = field(default_factory=list)
    failed: dict[str, date] = field(default_factory=dict)
    active: list[Trial] = field(default_factory=list)
    active_pairs: list[Pair] = field(default_factory=list)

    @property
    def last_failed(self) -> str:
        """The highest step that has failed, or ""."""
        return max(self.failed, default="")

    @property
    def failed_pairs(self) -> frozenset[tuple[str, ...]]:
        return frozenset(pair.drugs for pair in self.pairs if pair.failed_on is not None)


def maintenance_standing(scene: Scene) -> MaintenanceStanding:
    """What was taken since the remission of this course was declared, step by step."""
    standing = MaintenanceStanding()
    course = scene.course
    start = course.remission_on
    if start is None or (course.began_on is not None and start <= course.began_on):
        return standing
    end = scene.as_of
    if course.phase is Phase.RELAPSE and course.relapse_on is not None:
        end = course.relapse_on
    alive = [
        trial
        for trial in scene.present
        if trial.course.start_on <= end and (trial.course.stop_on is None or trial.course.stop_on > start)
    ]
    standing.pairs = _pairs(scene, alive, start, end)
    for trial in alive:
        _place(scene, standing, trial, start)
    _judge(standing)
    _find_active(standing, alive)
    return standing


def _failed_in_remission(trial: Trial, start: date) -> date | None:
    """The day of a failing judgement that counts for the step, not for the induction line."""
    outcome = trial.outcome
    if outcome is None or outcome.kind not in FAILING:
        return None
    return outcome.on if outcome.on > start or trial.in_maintenance else None


def _failed_in_induction(trial: Trial, start: date) -> bool:
    if trial.in_maintenance:
        return False
    outcome = outcome_on(trial.course, start)
    return outcome is not None and outcome.kind in FAILING


def _pairs(scene: Scene, alive: list[Trial], start: date, end: date) -> list[Pair]:
    by_drug: dict[str, list[Trial]] = {}
    for trial in alive:
        by_drug.setdefault(trial.drug, []).append(trial)
    found = []
    for drugs in step_drugs(scene.protocol).pairs:
        for one in by_drug.get(drugs[0], ()):
            for other in by_drug.get(drugs[1], ()):
                pair = _pair(drugs, one, other, start, end)
                if pair is not None:
                    found.append(pair)
    return found


def _pair(drugs: tuple[str, ...], one: Trial, other: Trial, start: date, end: date) -> Pair | None:
    """The two drugs taken together in remission, unless one of them merely went on after failing in induction."""
    both = (one, other)
    began_on = max(start, one.course.start_on, other.course.start_on)
    if began_on > end or any(t.course.stop_on is not None and t.course.stop_on <= began_on for t in both):
        return None
    carried = not any(trial.in_maintenance for trial in both)
    if carried and any(_failed_in_induction(trial, start) for trial in both):
        return None
    days = [day for day in (_failed_in_remission(trial, start) for trial in both) if day is not None]
    failures = [day for day in days if day > began_on]
    running = all(trial.running for trial in both)
    return Pair(drugs, both, began_on, max(failures) if failures else None, running)


def _place(scene: Scene, standing: MaintenanceStanding, trial: Trial, start: date) -> None:
    """Puts a course on the step where it belongs; one that went on from single use into a pair stands on both."""
    failed_on = _failed_in_remission(trial, start)
    paired = [pair for pair in standing.pairs if trial in pair.trials]
    if paired:
        standing.on["b"].append(trial)
        trial.step = "b"
        alone_before = min(pair.began_on for pair in paired) > max(start, trial.course.start_on)
        judged_alone = failed_on is not None and all(failed_on <= pair.began_on for pair in paired)
        if not (alone_before or judged_alone):
            return
    elif _failed_in_induction(trial, start):
        return
    drugs = step_drugs(scene.protocol)
    later_choice = any(
        pair.failed_on is not None and pair.failed_on <= trial.course.start_on for pair in standing.pairs
    )
    alternative = trial.drug in drugs.alternative and (trial.drug not in drugs.single or later_choice)
    if alternative:
        standing.on["c"].append(trial)
        trial.step = trial.step or "c"
    elif trial.drug in drugs.single:
        standing.on["a"].append(trial)
        trial.step = trial.step or "a"


def _judge(standing: MaintenanceStanding) -> None:
    """The rule of failure, step by step; a step stays failed once a higher one was begun."""
    failed_pairs = [pair.failed_on for pair in standing.pairs if pair.failed_on is not None]
    if failed_pairs and not any(pair.running and pair.failed_on is None for pair in standing.pairs):
        standing.failed["b"] = max(failed_pairs)
    for step in ("a", "c"):
        failures = []
        others_run = False
        for trial in standing.on[step]:
            outcome = trial.outcome
            in_pair = [pair for pair in standing.pairs if trial in pair.trials]
            if outcome is not None and outcome.kind in FAILING:
                if all(outcome.on <= pair.began_on for pair in in_pair):
                    failures.append(outcome.on)
            elif not in_pair and (trial.running or trial.succeeded):
                others_run = others_run or trial.running or _succeeded_after(trial, standing.on[step])
        if failures and not others_run:
            standing.failed[step] = max(failures)


def _succeeded_after(trial: Trial, others: list[Trial]) -> bool:
    days = [other.outcome.on for other in others if other.outcome is not None and other.outcome.kind in FAILING]
    return trial.succeeded and trial.outcome is not None and all(trial.outcome.on >= day for day in days)


def _find_active(standing: MaintenanceStanding, alive: list[Trial]) -> None:
    """What runs and holds. A drug that only runs on from below a failed step does not hold the patient there."""
    standing.active_pairs = [pair for pair in standing.pairs if pair.running and pair.failed_on is None]
    in_failed_pair = [trial for pair in standing.pairs if pair.failed_on is not None for trial in pair.trials]
    held = [trial for pair in standing.active_pairs for trial in pair.trials]
    last = standing.last_failed
    for trial in alive:
        if not trial.running or trial.failed or trial in held or trial in in_failed_pair:
            continue
        if not (last and trial.step <= last and trial.course.start_on < standing.failed[last]):
            standing.active.append(trial)


def last_cycle(scene: Scene) -> Trial | None:
    """The drug given in cycles that was the last immunosuppressant, has been stopped, and still acts."""
    trials = scene.present
    if not trials:
        return None
    last = trials[-1]
    drug = scene.protocol.drugs.get(last.drug)
    if last.running or last.failed or last.unavailable or drug is None or not drug.given_in_cycles:
        return None
    return last if last.succeeded or in_effect(scene, last) else None


def maintenance_findings(scene: Scene, standing: MaintenanceStanding) -> tuple[LineFinding, ...]:
    if not any(standing.on.values()):
        return _nothing_taken(scene.protocol)
    return tuple([_step_finding(scene, standing, step) for step in STEPS])


@lru_cache(maxsize=16)
def _nothing_taken(protocol: PathwayProtocol) -> tuple[LineFinding, ...]:
    return tuple([untouched(protocol, RUNGS[step], LineState.NOT_TRIED) for step in STEPS])


def _step_finding(scene: Scene, standing: MaintenanceStanding, step: str) -> LineFinding:
    because = scene.protocol.because
    trials = standing.on[step]
    if not trials:
        return untouched(scene.protocol, RUNGS[step], LineState.NOT_TRIED)
    if step in standing.failed:
        state = LineState.FAILED
        words = Predicate(f"judged a failure on {display_date(standing.failed[step])}", Truth.TRUE)
        reasons = (because("line.failed", words),)
    else:
        state = _held_state(standing, step, trials)
        reasons = (because(STATE_RULES[state]),)
    rung = scene.protocol.rungs[RUNGS[step]]
    courses = tuple([trial.standing(scene.as_of) for trial in trials])
    return LineFinding(rung.code, rung.title, state, courses, reasons)


def _held_state(standing: MaintenanceStanding, step: str, trials: list[Trial]) -> LineState:
    if step == "b":
        running = [trial for pair in standing.active_pairs for trial in pair.trials]
    else:
        running = [trial for trial in standing.active if trial in trials]
    if not running:
        return LineState.COMPLETED
    # Carried into remission, or judged to work: it responds; begun in remission it is still in trial.
    if any(trial.succeeded or not trial.in_maintenance for trial in running) and step != "b":
        return LineState.RESPONDING
    if all(trial.succeeded or not trial.in_maintenance for trial in running):
        return LineState.RESPONDING
    return LineState.IN_TRIAL
