"""Where a course stands in its schedule, and when the next look is due.

The rule in one sentence: the next one is due one interval after the last, the interval being that of the phase in which
the last one was done; a dose increase after the last one makes it due no later than one first-phase interval after the
increase. So an early sample moves the next one, a late sample does not call for two, and a gap needs no catching up.

The first phase lasts until the dose has been stable for its length: an increase within it prolongs it. An increase
later brings the first phase back for `restart_days`; then the schedule goes on with the phase that would have applied
by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitoring.protocol.definitions import Phase, Profile
from monitoring.rules.doses import DoseChange
from monitoring.rules.status import days_after


@dataclass(frozen=True, slots=True)
class Next:
    """Due `interval_days` after `counted_from`; `restart` is the dose change that decided it, if one did."""

    counted_from: date
    interval_days: int
    due_on: date
    phase: Phase
    restart: DoseChange | None


@dataclass(frozen=True, slots=True)
class Decided:
    """Another interval, by a decision that holds from a day on."""

    on: date
    interval_days: int


def phase_on(profile: Profile, start: date, restarts: Sequence[DoseChange], on: date) -> Phase:
    """The phase in force on a day; the first one on days before the start. `restarts` are oldest first."""
    first = profile.phases[0]
    if first.to_day is None:
        return first
    shift = _prolonged_by(profile, start, restarts, first.to_day)
    day = (on - start).days
    if day < first.to_day + shift:
        return first
    if any(change.on <= on and (on - change.on).days < profile.restart_days for change in restarts):
        return first
    for phase in profile.phases[1:]:
        if phase.to_day is None or day < phase.to_day + shift:
            return phase
    return profile.phases[-1]


def next_due(
    profile: Profile,
    start: date,
    restarts: Sequence[DoseChange],
    last_done: date | None,
    long_term_days: int | None = None,
) -> Next:
    """When the next look is due. `last_done` is the last one on or after `start`, None when there was none.

    `long_term_days`: the interval of the last phase for this patient, None for the profile's own.
    """
    counted_from = start if last_done is None else last_done
    phase = phase_on(profile, start, restarts, counted_from)
    interval_days = phase.interval_days
    if long_term_days is not None and phase.to_day is None:
        interval_days = long_term_days
    due_on = days_after(counted_from, interval_days)
    first = profile.phases[0]
    for change in restarts:
        if change.on > counted_from:
            after_change = days_after(change.on, first.interval_days)
            if after_change < due_on:
                return Next(change.on, first.interval_days, after_change, first, change)
            break
    return Next(counted_from, interval_days, due_on, phase, None)


def decided_otherwise(
    by_schedule: Next,
    profile: Profile,
    start: date,
    restarts: Sequence[DoseChange],
    last_done: date | None,
    decided: Decided,
) -> Next:
    """When the next look is due under another interval, decided for the one patient on `decided.on`.

    Decided before the drug was begun, or before what restarts the schedule, it can only bring a look nearer: of a new
    course for good, after a restart until that was looked at and the first phase is over. Nobody had that start or that
    change in mind.
    """
    counted_from = start if last_done is None else last_done
    found = Next(
        counted_from, decided.interval_days, days_after(counted_from, decided.interval_days), by_schedule.phase, None
    )
    if found.due_on <= by_schedule.due_on:
        return found
    if decided.on < start:
        return by_schedule
    if not restarts or decided.on >= restarts[-1].on:
        return found
    is_settled = counted_from >= restarts[-1].on and by_schedule.phase is not profile.phases[0]
    return found if is_settled else by_schedule


def _prolonged_by(profile: Profile, start: date, restarts: Sequence[DoseChange], length: int) -> int:
    """Days by which increases within the first phase put off its end."""
    end = length
    for change in restarts:
        day = (change.on - start).days
        if day >= end:
            break
        end = max(end, day + profile.restart_days)
    return end - length
