"""Which induction line each drug belongs to, which was reached, and which have failed (readings 9 to 24)."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from patients.rules.as_of import active_conditions
from patients.rules.quick_init import quick_init
from regimens.protocol.schema import Part, PathwayProtocol
from regimens.rules.findings import Phase, SeverityGroup, Tier
from regimens.rules.phase import in_maintenance_on
from regimens.rules.scene import Scene
from regimens.rules.severity import severity_standing
from regimens.rules.standing import FAILING, SUCCEEDING, Trial, outcome_on
from regimens.rules.vocabulary import OutcomeKind

LINES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The induction lines that name each drug, which line it is where one alone does, and line 1's primary partners."""

    lines: dict[str, frozenset[int]]
    only_line: dict[str, int]
    first_line_primaries: frozenset[str]


@lru_cache(maxsize=16)
def ladder_of(protocol: PathwayProtocol) -> Ladder:
    lines: dict[str, set[int]] = {}
    primaries: set[str] = set()
    for rung in protocol.file.rungs:
        if rung.group is None:
            continue
        for option in rung.options:
            if option.part is Part.PARTNER:
                for drug in option.drugs:
                    lines.setdefault(drug, set()).add(int(rung.code))
                    if rung.code == "1" and option.tier is Tier.PRIMARY:
                        primaries.add(drug)
    only_line = {drug: next(iter(found)) for drug, found in lines.items() if len(found) == 1}
    return Ladder({drug: frozenset(found) for drug, found in lines.items()}, only_line, frozenset(primaries))


@quick_init
@dataclass(frozen=True, slots=True)
class LineStanding:
    """Lines of the present course. `failed` are the lines that have failed, `on` the trials of each line."""

    reached: int
    ever: int
    steroid_begun: list[Trial]
    on: dict[int, list[Trial]]
    failed: tuple[int, ...]

    def failed_since(self, line: int) -> date | None:
        """The last day on which a drug of the line was judged a failure."""
        days = [
            trial.counted.on for trial in self.on[line] if trial.counted is not None and trial.counted.kind in FAILING
        ]
        return max(days) if days else None


def line_standing(scene: Scene) -> LineStanding:
    """Writes each trial's line and gives the standing of all lines."""
    milestones = scene.course.milestones
    ladder = ladder_of(scene.protocol)
    reached = ever = 0
    steroid_begun: list[Trial] = []
    later: list[tuple[Trial, int]] = []
    for trial in scene.trials:
        if not trial.taken or not (trial.immunosuppressant or trial.corticosteroid):
            continue
        if milestones:
            trial.in_maintenance = in_maintenance_on(milestones, trial.course.start_on)
        if trial.corticosteroid:
            if not trial.in_maintenance:
                ever = ever or 1
                if trial.present:
                    steroid_begun.append(trial)
            continue
        line = _natural_line(scene, ladder, trial)
        if trial.in_maintenance:
            later.append((trial, line))
            continue
        trial.line = line
        if line > ever:
            ever = line
        if line > reached and trial.present:
            reached = line
    if steroid_begun and not reached:
        reached = 1
    for trial, line in later:
        # A drug begun in remission raises no line; it joins one that was already reached.
        trial.line = line if line <= reached else 0
    _leave_out_remission(scene)
    on: dict[int, list[Trial]] = {1: [], 2: [], 3: []}
    for trial in scene.present:
        if trial.line:
            on[trial.line].append(trial)
    failed = tuple([line for line in LINES if on[line] and _has_failed(scene, on, line)])
    return LineStanding(reached, ever, steroid_begun, on, failed)


def _natural_line(scene: Scene, ladder: Ladder, trial: Trial) -> int:
    """The line whose drug this is, by the group at its start; 0 for a drug that no induction line names."""
    line = ladder.only_line.get(trial.drug)
    if line is not None:
        return line
    return _line_by_context(scene, trial) if trial.drug in ladder.lines else 0


def _line_by_context(scene: Scene, trial: Trial) -> int:
    """Mycophenolate: line 1 or 2 by what was so on the day it was started (reading 11)."""
    start_on = trial.course.start_on
    severity = severity_standing(scene.record.patient, scene.course.milestones, start_on, scene.protocol)
    trial.tier_rule = "tier.mycophenolate_second"
    if severity.group is not SeverityGroup.SEVERE:
        return 2
    primaries = ladder_of(scene.protocol).first_line_primaries
    for other in scene.trials:
        if other.drug in primaries and other.immunosuppressant and other.taken and other.present == trial.present:
            outcome = outcome_on(other.course, start_on)
            if outcome is not None and outcome.kind in FAILING:
                return 2
    conditions = active_conditions(scene.record.patient, start_on)
    lung = not conditions.keys().isdisjoint(scene.protocol.file.lung_conditions)
    trial.tier_rule = "tier.mycophenolate_first" if lung else "tier.mycophenolate_secondary"
    return 1


def _leave_out_remission(scene: Scene) -> None:
    """During remission a later judgement counts for the maintenance step, not yet for the line (reading 30)."""
    remission_on = scene.course.remission_on
    if scene.course.phase is not Phase.MAINTENANCE or remission_on is None:
        return
    for trial in scene.trials:
        if trial.outcome is None:
            continue
        if trial.in_maintenance:
            trial.counted = None
        elif trial.outcome.on > remission_on:
            trial.counted = outcome_on(trial.course, remission_on)


def _has_failed(scene: Scene, on: dict[int, list[Trial]], line: int) -> bool:
    trials = on[line]
    failures = [trial.counted.on for trial in trials if trial.counted is not None and trial.counted.kind in FAILING]
    if failures and not _another_holds(scene, trials, max(failures)):
        return True
    higher = [trial.course.start_on for above in LINES[line:] for trial in on[above] if not trial.in_maintenance]
    return bool(higher) and _failed_once(scene, trials, min(higher))


def _another_holds(scene: Scene, trials: list[Trial], last_failure: date) -> bool:
    """Another drug of the line runs, is given in cycles and awaits its judgement, or has since succeeded."""
    for trial in trials:
        counted = trial.counted
        if counted is not None and counted.kind in FAILING:
            continue
        if trial.running:
            return True
        if trial.course.start_on >= last_failure and in_effect(scene, trial):
            return True
        if counted is not None and counted.kind in SUCCEEDING and counted.on >= last_failure:
            return True
    return False


def in_effect(scene: Scene, trial: Trial) -> bool:
    """A drug given in cycles goes on acting after its last infusion, until somebody judges it."""
    drug = scene.protocol.drugs.get(trial.drug)
    if drug is None or not drug.given_in_cycles:
        return False
    return trial.counted is None or trial.counted.kind in (OutcomeKind.COMPLETED, OutcomeKind.PARTIAL_RESPONSE)


def _failed_once(scene: Scene, trials: list[Trial], higher_since: date) -> bool:
    """Whether the line stood failed on some day after a higher line was begun: it then stays failed (reading 18)."""
    if not any(outcome.kind in FAILING for trial in trials for outcome in trial.course.outcomes):
        return False
    in_remission = scene.course.phase is Phase.MAINTENANCE
    limit = scene.course.remission_on if in_remission and scene.course.remission_on else scene.as_of
    days = {higher_since}
    for trial in trials:
        days.update([outcome.on for outcome in trial.course.outcomes])
        if trial.course.stop_on is not None:
            days.add(trial.course.stop_on)
    return any(_failed_on(trials, day) for day in sorted(days) if higher_since <= day <= limit)


def _failed_on(trials: list[Trial], day: date) -> bool:
    failures: list[date] = []
    others: list[tuple[Trial, date | None]] = []
    for trial in trials:
        if trial.course.start_on > day:
            continue
        outcome = outcome_on(trial.course, day)
        if outcome is not None and outcome.kind in FAILING:
            failures.append(outcome.on)
        else:
            succeeded = outcome is not None and outcome.kind in SUCCEEDING
            others.append((trial, outcome.on if outcome is not None and succeeded else None))
    if not failures:
        return False
    last = max(failures)
    return not any(trial.runs_on(day) or (on is not None and on >= last) for trial, on in others)


def failed_trials(scene: Scene) -> list[Trial]:
    """Immunosuppressants of the present course judged a failure and not since found to work, by day of judgement."""
    found: dict[str, Trial] = {}
    for trial in scene.present:
        outcome = trial.outcome
        if outcome is None:
            continue
        if outcome.kind in FAILING:
            found[trial.drug] = trial
        elif outcome.kind in SUCCEEDING and trial.drug in found:
            earlier = found[trial.drug].outcome
            if earlier is not None and earlier.on <= outcome.on:
                del found[trial.drug]
    return sorted(found.values(), key=_by_judgement)


def _by_judgement(trial: Trial) -> tuple[date, str]:
    return (trial.outcome.on if trial.outcome else trial.course.start_on, trial.drug)
