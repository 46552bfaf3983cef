"""What is said of each induction line: its state, its courses, and why it stands so (readings 9 to 24)."""

from functools import lru_cache

from patients.rules.reasons import Predicate, Reason, Truth
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.findings import LineFinding, LineState, Phase
from regimens.rules.lines import LINES, LineStanding, in_effect
from regimens.rules.scene import Scene
from regimens.rules.standing import FAILING, SUCCEEDING, Trial, reference_of

STATE_RULES = {state: f"line.{state.value}" for state in LineState}
_NO_PARTNER = (Predicate("an immunosuppressant of line 1 has been started", Truth.FALSE),)


def state_of(scene: Scene, trials: list[Trial], failed: bool) -> LineState:
    """The state of a line or step that has trials."""
    if failed:
        return LineState.FAILED
    held = [trial for trial in trials if trial.counted is None or trial.counted.kind not in FAILING]
    remission = scene.course.phase is Phase.MAINTENANCE
    state = LineState.COMPLETED
    for trial in held:
        worked = trial.counted is not None and trial.counted.kind in SUCCEEDING
        if trial.running and (worked or (remission and not trial.in_maintenance)):
            return LineState.RESPONDING
        if trial.running or (not worked and in_effect(scene, trial)):
            state = LineState.IN_TRIAL
    return state


def line_findings(scene: Scene, standing: LineStanding, open_lines: tuple[bool, ...]) -> tuple[LineFinding, ...]:
    """One finding a line; `open_lines` says for each line whether any of its drugs can still be given."""
    return tuple([_line_finding(scene, standing, line, open_lines[line - 1]) for line in LINES])


def _line_finding(scene: Scene, standing: LineStanding, line: int, is_open: bool) -> LineFinding:
    protocol = scene.protocol
    rung_id = scene.rung(line)
    trials = standing.on[line]
    if trials:
        state = state_of(scene, trials, line in standing.failed)
        reasons = [protocol.because(STATE_RULES[state], *[_trial_predicate(trial) for trial in trials])]
        reasons += [protocol.because(trial.tier_rule) for trial in trials if trial.tier_rule]
        return _touched(scene, rung_id, state, trials, tuple(reasons))
    if not is_open:
        return untouched(protocol, rung_id, LineState.NOT_AVAILABLE)
    if line == 1 and standing.reached == 1 and standing.steroid_begun:
        reasons = [protocol.because("line.steroid_alone")]
        return _touched(scene, rung_id, LineState.IN_TRIAL, standing.steroid_begun, tuple(reasons), _NO_PARTNER)
    if line < standing.reached:
        return untouched(protocol, rung_id, LineState.NOT_TRIED, "notice.line_skipped")
    return untouched(protocol, rung_id, LineState.NOT_TRIED)


def _touched(
    scene: Scene,
    rung_id: str,
    state: LineState,
    trials: list[Trial],
    reasons: tuple[Reason, ...],
    why_not_yet: tuple[Predicate, ...] = (),
) -> LineFinding:
    rung = scene.protocol.rungs[rung_id]
    courses = tuple([trial.standing(scene.as_of) for trial in trials])
    return LineFinding(rung.code, rung.title, state, courses, reasons, why_not_yet)


@lru_cache(maxsize=256)
def untouched(protocol: PathwayProtocol, rung_id: str, state: LineState, also: str = "") -> LineFinding:
    """A line or step without any course: the same value for every patient."""
    rung = protocol.rungs[rung_id]
    reasons = (protocol.because(f"line.{state.value}"),)
    return LineFinding(rung.code, rung.title, state, (), (*reasons, protocol.because(also)) if also else reasons)


def _trial_predicate(trial: Trial) -> Predicate:
    counted = trial.counted
    if counted is not None:
        said = trial.outcome_reference(counted).label
        return Predicate(said, Truth.TRUE, (trial.reference, trial.outcome_reference()))
    words = "runs, not judged" if trial.running else "stopped, not judged"
    return Predicate(f"{trial.name} {words}", Truth.TRUE, (trial.reference,))


def line_reasons(scene: Scene, standing: LineStanding) -> tuple[Reason, ...]:
    because = scene.protocol.because
    if standing.reached == 0:
        return (because("line.none"),)
    trials = [trial for trial in standing.on[standing.reached] if not trial.in_maintenance]
    if not trials:
        begun = reference_of(standing.steroid_begun)
        return (because("line.steroid_alone", Predicate("corticosteroid begun", Truth.TRUE, begun)),)
    text = f"line {standing.reached}: {trials[0].name} begun"
    return (because("line.reached", Predicate(text, Truth.TRUE, reference_of(trials))),)
