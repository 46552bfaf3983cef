"""Corticosteroids of a synthetic patient: pulses, prednisolone with its planned taper, and the doses really taken."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from regimens.rules.record import Course, DosePeriod, Infusion, Outcome, TaperStep
from regimens.rules.vocabulary import (
    CourseRole,
    DoseUnit,
    Frequency,
    OutcomeKind,
    Route,
    StopReason,
)
from tracker.cohort.chart import Chart

# (at or below this many mg a day, cut by so many mg, every so many days): quick from the top, slow at the end.
_CUTS = ((5, Decimal(1), 42), (10, Decimal(1), 28), (20, Decimal("2.5"), 21), (80, Decimal(5), 14))
_HIGHEST_DAILY_MILLIGRAMS = 80


def write_corticosteroids(chart: Chart) -> None:
    """Adds pulses for severe disease, then prednisolone in one course for each time it was taken."""
    if not chart.profile.glucocorticoid:
        return
    begin = chart.begin
    if chart.profile.severe:
        begin = _write_pulses(chart, begin)
    stopped = chart.plan.drugs_stopped
    stop = None if stopped is None else chart.day(stopped - chart.rng.randint(60, 240))
    doses, stop = _doses(chart, begin, stop)
    _write_prednisolone(chart, begin, doses, stop)
    relapse = chart.plan.relapse
    if stop is not None and relapse is not None and chart.day(relapse) >= stop:
        again = chart.day(relapse + chart.rng.randint(0, 3))
        _write_prednisolone(chart, again, _taper_from(again, Decimal(40), 28, chart.until), None)


def _write_pulses(chart: Chart, begin: date) -> date:
    """Methylprednisolone 1 g a day for 3 days, sometimes 5; the day after is when prednisolone starts."""
    days = 5 if chart.rng.random() < 0.15 else 3
    days = min(days, max((chart.until - begin).days, 1))
    end = begin + timedelta(days=days)
    chart.courses.append(
        Course(
            id=chart.new_id(),
            drug="methylprednisolone_sodium_succinate",
            start_on=begin,
            role=CourseRole.CORTICOSTEROID,
            route=Route.INTRAVENOUS,
            stop_on=end,
            stop_reason=StopReason.PLANNED,
            doses=(DosePeriod(chart.new_id(), begin, Decimal(1), DoseUnit.GRAM, frequency=Frequency.ONCE_DAILY),),
            outcomes=(Outcome(chart.new_id(), end, OutcomeKind.COMPLETED),),
            infusions=(Infusion(chart.new_id(), begin, days, Decimal(days), DoseUnit.GRAM),),
        )
    )
    return end


def _first_dose(chart: Chart) -> Decimal:
    """0.5 to 1 mg per kg, at most 80 mg a day, in whole 5 mg tablets."""
    per_kilogram = Decimal(1) if chart.profile.severe else Decimal(chart.rng.choice(("0.5", "0.6", "0.75")))
    wanted = min(per_kilogram * chart.kilograms, Decimal(_HIGHEST_DAILY_MILLIGRAMS))
    return max(wanted // 5 * 5, Decimal(10))


def _doses(chart: Chart, begin: date, stop: date | None) -> tuple[list[tuple[date, Decimal]], date | None]:
    """Doses as taken: a taper, begun again from a middle dose after each failure and at a relapse on treatment."""
    rng, plan = chart.rng, chart.plan
    raises = [(begin, _first_dose(chart))]
    raises += [(chart.day(a.end), Decimal(rng.choice((20, 25, 30, 40)))) for a in plan.attempts if a.failed]
    # In a lasting remission two in three reach the end of the taper and stop; the rest stay below 5 mg a day.
    ends_steroid = plan.remission is not None and rng.random() < 0.65
    if plan.relapse is not None and not ends_steroid:
        raises.append((chart.day(plan.relapse), Decimal(rng.choice((20, 30, 40)))))
    doses: list[tuple[date, Decimal]] = []
    for index, (day, milligrams) in enumerate(raises):
        before = raises[index + 1][0] if index + 1 < len(raises) else stop or chart.until + timedelta(days=1)
        if doses and doses[-1][1] >= milligrams:
            milligrams = doses[-1][1]
        steps = _taper_from(day, milligrams, rng.choice((28, 35, 42)), before - timedelta(days=1))
        doses += steps if not doses or steps[0][1] != doses[-1][1] else steps[1:]
    floor = Decimal(rng.choice((1, 2, 3, 4))) if plan.remission is not None else Decimal(5)
    kept: list[tuple[date, Decimal]] = []
    for day, milligrams in doses:
        if milligrams == 0 and ends_steroid and stop is None:
            return kept, day
        amount = max(milligrams, floor)
        if not kept or kept[-1][1] != amount:
            kept.append((day, amount))
    return kept, stop


def _taper_from(day: date, milligrams: Decimal, hold_days: int, until: date) -> list[tuple[date, Decimal]]:
    """Days and daily doses from a first dose down to 0, as far as `until`."""
    steps = [(day, milligrams)]
    day += timedelta(days=hold_days)
    while day <= until and milligrams > 0:
        cut, every = next((cut, every) for limit, cut, every in _CUTS if milligrams <= limit)
        milligrams = max(milligrams - cut, Decimal(0))
        steps.append((day, milligrams))
        day += timedelta(days=every)
    return steps


def _write_prednisolone(chart: Chart, begin: date, doses: list[tuple[date, Decimal]], stop: date | None) -> None:
    rng = chart.rng
    recorded = [(day, milligrams) for day, milligrams in doses if milligrams > 0 and (stop is None or day < stop)]
    no_amount = rng.random() < 0.03
    course = Course(
        id=chart.new_id(),
        drug="prednisolone",
        start_on=begin,
        role=CourseRole.CORTICOSTEROID,
        route=Route.ORAL,
        stop_on=stop,
        stop_reason=None if stop is None else StopReason.REMISSION,
        doses=tuple(
            DosePeriod(chart.new_id(), day)
            if no_amount and index == 0
            else DosePeriod(chart.new_id(), day, milligrams, DoseUnit.MILLIGRAM, frequency=Frequency.ONCE_DAILY)
            for index, (day, milligrams) in enumerate(recorded)
        ),
        outcomes=() if stop is None else (Outcome(chart.new_id(), stop, OutcomeKind.COMPLETED),),
    )
    if stop is None and rng.random() < 0.7:
        course = replace(course, taper=_planned_taper(chart, recorded))
    chart.courses.append(course)


def _planned_taper(chart: Chart, doses: list[tuple[date, Decimal]]) -> tuple[TaperStep, ...]:
    """The plan behind the doses since the last rise, and on from there. One in four patients runs behind the plan."""
    rises = [index for index in range(1, len(doses)) if doses[index][1] > doses[index - 1][1]]
    since_rise = doses[rises[-1] if rises else 0 :]
    day, milligrams = since_rise[-1]
    if milligrams < 5:
        return ()
    late = timedelta(days=chart.rng.choice((14, 28)) if chart.rng.random() < 0.25 else 0)
    ahead = _taper_from(day, milligrams, chart.rng.choice((14, 28)), chart.until + timedelta(days=112))[1:]
    # Before the last dose plan and doses agree; what comes next was planned for a day that may have passed.
    planned = [*since_rise, *((max(on - late, day + timedelta(days=1)), dose) for on, dose in ahead)]
    by_day = dict(planned)
    return tuple(TaperStep(chart.new_id(), on, dose) for on, dose in sorted(by_day.items()))
