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


def next_due(profile: Profile, start: date, restarts: Sequence[DoseChange], last_done: date | None) -> Next:
    """When the next look is due. `last_done` is the last one on or after `start`, None when there was none."""
    counted_from = start if last_done is None else last_done
    phase = phase_on(profile, start, restarts, counted_from)
    due_on = days_after(counted_from, phase.interval_days)
    first = profile.phases[0]
    for change in restarts:
        if change.on > counted_from:
            after_change = days_after(change.on, first.interval_days)
            if after_change < due_on:
                return Next(change.on, first.interval_days, after_change, first, change)
            break
    return Next(counted_from, phase.interval_days, due_on, phase, None)


def _prolonged_by(profile: Profile, start: date, restarts: Sequence[DoseChange], length: int) -> int:
    """Days by which increases within the first phase put off its end."""
    end = length
    for change in restarts:
        day = (change.on - start).days
        if day >= end:
            break
        end = max(end, day + profile.restart_days)
    return end - length
