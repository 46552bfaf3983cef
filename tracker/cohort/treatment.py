"""Turns the outline of a story into courses with doses, infusions, outcomes and milestones."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from patients.rules.vocabulary import PatientStatus, Sex, Subtype
from regimens.rules.record import Course, DosePeriod, Milestone, Outcome
from regimens.rules.vocabulary import (
    CourseRole,
    DoseUnit,
    Frequency,
    MilestoneKind,
    OutcomeKind,
    Route,
    StopReason,
    Weekday,
)
from tracker.cohort.chart import Chart
from tracker.cohort.dosing import CYCLOPHOSPHAMIDE_DAYS, doses_of, infusions_of, route_of
from tracker.cohort.plan import Attempt, Fate
from tracker.cohort.steroids import write_corticosteroids

_REACTIONS = {
    "methotrexate": ("nausea and vomiting", "mouth ulcers", "raised liver enzymes", "pneumonitis"),
    "azathioprine": ("nausea and diarrhoea", "low white cell count", "raised liver enzymes", "fever and rash"),
    "mycophenolate_mofetil": ("diarrhoea", "low white cell count", "abdominal pain"),
    "ciclosporin": ("rising creatinine", "hypertension", "gum overgrowth"),
    "tacrolimus": ("tremor", "rising creatinine", "raised blood glucose"),
    "rituximab": ("infusion reaction", "low immunoglobulins with infections"),
    "cyclophosphamide": ("low white cell count", "haemorrhagic cystitis"),
    "abatacept": ("recurrent chest infections",),
    "tocilizumab": ("low neutrophil count",),
}
_FAILURE_REASONS = (
    "no clear gain in strength after an adequate trial",
    "muscle enzymes and global activity unchanged",
    "first better, then active again on the full dose",
    "rash controlled, weakness not",
)
_FATES = {
    Fate.INEFFECTIVE: (OutcomeKind.INEFFECTIVE, StopReason.INEFFECTIVE),
    Fate.STEROID_DEPENDENT: (OutcomeKind.STEROID_DEPENDENT, StopReason.INEFFECTIVE),
    Fate.INTOLERANT: (OutcomeKind.INTOLERANT, StopReason.INTOLERANT),
}


def write_treatment(chart: Chart) -> None:
    """Writes every course and milestone of the story, and closes what runs when the patient died."""
    write_corticosteroids(chart)
    for index, attempt in enumerate(chart.plan.attempts):
        following = chart.plan.attempts[index + 1] if index + 1 < len(chart.plan.attempts) else None
        _write_attempt(chart, attempt, following)
    _write_immunoglobulin(chart)
    _write_folic_acid(chart)
    _write_never_given(chart)
    _write_other_drugs(chart)
    _write_milestones(chart)
    if chart.profile.status is PatientStatus.DECEASED:
        chart.courses = [_ended_by_death(course, chart.until) for course in chart.courses]


def _write_attempt(chart: Chart, attempt: Attempt, following: Attempt | None) -> None:
    start, judged = chart.day(attempt.start), chart.day(attempt.end)
    stop, reason = _stop(chart, attempt, following)
    outcomes = [_judgement(chart, attempt, judged)] if attempt.failed else _successes(chart, attempt)
    chart.courses.append(_immunosuppressant(chart, attempt.drug, start, stop, reason, outcomes))
    if attempt.drug == "cyclophosphamide" and attempt.fate is Fate.WORKED and stop is not None:
        # Cyclophosphamide ends after its pulses; an oral drug holds what it gained.
        spare = [drug for drug in ("mycophenolate_mofetil", "tacrolimus", "ciclosporin") if not chart.took(drug)]
        ended = chart.plan.drugs_stopped
        after = None if ended is None else chart.day(ended)
        if spare and (after is None or after > stop):
            chart.courses.append(
                _immunosuppressant(chart, spare[0], stop, after, StopReason.REMISSION if after else None, [])
            )


def _immunosuppressant(
    chart: Chart, drug: str, start: date, stop: date | None, reason: StopReason | None, outcomes: list[Outcome]
) -> Course:
    before = stop or chart.until + timedelta(days=1)
    return Course(
        id=chart.new_id(),
        drug=drug,
        start_on=start,
        role=CourseRole.IMMUNOSUPPRESSANT,
        route=route_of(chart.rng, drug),
        stop_on=stop,
        stop_reason=reason,
        doses=doses_of(chart, drug, start, before),
        outcomes=tuple(outcomes),
        infusions=infusions_of(chart, drug, start, before),
    )


def _stop(chart: Chart, attempt: Attempt, following: Attempt | None) -> tuple[date | None, StopReason | None]:
    """When and why a drug was stopped; None twice when it still runs."""
    rng = chart.rng
    if attempt.drug == "cyclophosphamide":
        pulses_done = attempt.start + CYCLOPHOSPHAMIDE_DAYS
        if pulses_done <= attempt.end and not attempt.failed:
            return chart.day(pulses_done), StopReason.PLANNED
    if attempt.fate is Fate.IN_TRIAL:
        return None, None
    if attempt.fate is Fate.WORKED:
        if chart.plan.drugs_stopped is None:
            return None, None
        return chart.day(attempt.end), StopReason.REMISSION
    if following is not None and following.beside_previous:
        # Kept beside its successor for a while: failed, and still taken.
        beside = chart.day(following.start + rng.randint(60, 400))
        return (beside, StopReason.OTHER) if beside < chart.until else (None, None)
    if following is None and attempt.fate is not Fate.INTOLERANT and rng.random() < 0.7:
        return None, None
    reason = _FATES[attempt.fate][1]
    late = 0 if attempt.fate is Fate.INTOLERANT else rng.randint(0, 14)
    return chart.day(attempt.end + late), StopReason.NOT_RECORDED if rng.random() < 0.04 else reason


def _judgement(chart: Chart, attempt: Attempt, on: date) -> Outcome:
    kind = _FATES[attempt.fate][0]
    if attempt.fate is Fate.INTOLERANT:
        return Outcome(chart.new_id(), on, kind, reaction=chart.rng.choice(_REACTIONS[attempt.drug]))
    if attempt.fate is Fate.STEROID_DEPENDENT:
        return Outcome(chart.new_id(), on, kind, "activity returned twice when prednisolone went below 10 mg a day")
    return Outcome(chart.new_id(), on, kind, chart.rng.choice(_FAILURE_REASONS))


def _successes(chart: Chart, attempt: Attempt) -> list[Outcome]:
    plan, rng = chart.plan, chart.rng
    outcomes = []
    if attempt.fate is Fate.WORKED and plan.responded is not None:
        outcomes.append(Outcome(chart.new_id(), chart.day(plan.responded), OutcomeKind.RESPONDED))
    if plan.remission is not None and rng.random() < 0.5:
        outcomes.append(Outcome(chart.new_id(), chart.day(plan.remission), OutcomeKind.REMISSION))
    if plan.relapse is not None and rng.random() < 0.4:
        reason = "relapse on treatment"
        outcomes.append(Outcome(chart.new_id(), chart.day(plan.relapse), OutcomeKind.INEFFECTIVE, reason))
    return outcomes


def _write_immunoglobulin(chart: Chart) -> None:
    """An adjunct, mostly begun soon after the first failure or, in severe disease, in the first weeks."""
    if not chart.profile.immunoglobulin:
        return
    rng, plan = chart.rng, chart.plan
    failures = [attempt.end for attempt in plan.attempts if attempt.failed]
    begin = failures[0] if failures and rng.random() < 0.6 else rng.randint(5, 40)
    start = chart.day(min(begin, max(plan.length - 6, 0)))
    weeks = 4 * rng.randint(3, 12)
    stop: date | None = start + timedelta(days=7 * weeks)
    if stop is not None and (stop >= chart.until or (rng.random() < 0.35 and plan.drugs_stopped is None)):
        stop = None
    before = stop or chart.until + timedelta(days=1)
    kind = rng.choice((OutcomeKind.RESPONDED, OutcomeKind.COMPLETED, OutcomeKind.PARTIAL_RESPONSE))
    chart.courses.append(
        Course(
            id=chart.new_id(),
            drug="normal_immunoglobulin",
            start_on=start,
            role=CourseRole.IMMUNOGLOBULIN,
            route=Route.INTRAVENOUS,
            stop_on=stop,
            stop_reason=None if stop is None else StopReason.PLANNED,
            doses=doses_of(chart, "normal_immunoglobulin", start, before),
            outcomes=() if stop is None else (Outcome(chart.new_id(), stop, kind),),
            infusions=infusions_of(chart, "normal_immunoglobulin", start, before),
        )
    )


def _write_folic_acid(chart: Chart) -> None:
    """With nearly every methotrexate, on another day of the week."""
    for course in chart.courses_of("methotrexate"):
        if chart.rng.random() < 0.08:
            continue
        weekday = chart.rng.choice([day for day in Weekday if day not in {dose.weekday for dose in course.doses}])
        weekly = (Decimal(5), DoseUnit.MILLIGRAM)
        dose = DosePeriod(chart.new_id(), course.start_on, *weekly, frequency=Frequency.ONCE_WEEKLY, weekday=weekday)
        chart.courses.append(
            Course(
                id=chart.new_id(),
                drug="folic_acid",
                start_on=course.start_on,
                role=CourseRole.SUPPORTIVE,
                route=Route.ORAL,
                stop_on=course.stop_on,
                stop_reason=StopReason.OTHER if course.stop_on else None,
                doses=(dose,),
            )
        )


def _write_never_given(chart: Chart) -> None:
    """Drugs that were weighed up and not given, with the reason."""
    rng, profile = chart.rng, chart.profile
    if not profile.on_ladder:
        return
    on = chart.day(max(chart.plan.attempts[0].start - 1, 0))
    candidates = [
        (not profile.methotrexate and profile.ild, "methotrexate", "lung disease and reduced lung reserve"),
        (not profile.methotrexate, "methotrexate", "regular alcohol above the advised limit"),
        (not profile.azathioprine, "azathioprine", "TPMT activity absent"),
        (not profile.azathioprine, "azathioprine", "takes allopurinol"),
    ]
    fitting = [(drug, why) for fits, drug, why in candidates if fits]
    if fitting and rng.random() < 0.14:
        drug, why = rng.choice(fitting)
        chart.courses.append(_never_given(chart, drug, on, OutcomeKind.CONTRAINDICATED, why))
    untouched = [drug for drug in ("rituximab", "cyclophosphamide") if not chart.took(drug)]
    failures = [attempt.end for attempt in chart.plan.attempts if attempt.failed]
    if untouched and failures and rng.random() < 0.08:
        drug, why = rng.choice(untouched), "does not want infusions in hospital"
        chart.courses.append(_never_given(chart, drug, chart.day(failures[-1]), OutcomeKind.DECLINED, why))


def _never_given(chart: Chart, drug: str, on: date, kind: OutcomeKind, why: str) -> Course:
    return Course(
        id=chart.new_id(),
        drug=drug,
        start_on=on,
        role=CourseRole.IMMUNOSUPPRESSANT,
        never_given=True,
        outcomes=(Outcome(chart.new_id(), on, kind, why),),
    )


def _write_other_drugs(chart: Chart) -> None:
    """Hydroxychloroquine for skin, and what goes with long corticosteroid treatment: outside the pathway."""
    rng, profile = chart.rng, chart.profile
    skin = (Subtype.DERMATOMYOSITIS, Subtype.AMYOPATHIC_DERMATOMYOSITIS, Subtype.OVERLAP_MYOSITIS)
    if profile.subtype in skin and profile.on_ladder and chart.plan.drugs_stopped is None and rng.random() < 0.2:
        chart.courses.append(
            replace(
                _immunosuppressant(chart, "hydroxychloroquine", chart.day(rng.randint(0, 60)), None, None, []),
                role=CourseRole.OUTSIDE_PATHWAY,
            )
        )
    if not profile.glucocorticoid or chart.plan.drugs_stopped is not None:
        return
    if rng.random() < (0.45 if profile.sex is Sex.FEMALE else 0.25):
        chart.courses.append(_outside(chart, "alendronic acid", Decimal(70), Frequency.ONCE_WEEKLY, 14))
    if profile.severe and rng.random() < 0.6:
        chart.courses.append(_outside(chart, "co-trimoxazole", Decimal(480), Frequency.ONCE_DAILY, 7))


def _outside(chart: Chart, name: str, milligrams: Decimal, frequency: Frequency, day: int) -> Course:
    start = chart.day(day)
    return Course(
        id=chart.new_id(),
        drug="",
        drug_text=name,
        start_on=start,
        role=CourseRole.OUTSIDE_PATHWAY,
        route=Route.ORAL,
        doses=(DosePeriod(chart.new_id(), start, milligrams, DoseUnit.MILLIGRAM, frequency=frequency),),
    )


def _write_milestones(chart: Chart) -> None:
    plan = chart.plan
    steps = (
        (plan.remission, MilestoneKind.REMISSION),
        (plan.drugs_stopped, MilestoneKind.DRUG_FREE_REMISSION),
        (plan.relapse, MilestoneKind.RELAPSE),
    )
    for number, kind in steps:
        if number is None:
            continue
        # Off all treatment is declared once the last drug has been stopped for a while.
        later = 28 if kind is MilestoneKind.DRUG_FREE_REMISSION else 0
        chart.milestones.append(Milestone(chart.new_id(), chart.day(number + later), kind))


def _ended_by_death(course: Course, on: date) -> Course:
    if course.stop_on is not None or course.never_given:
        return course
    return replace(course, stop_on=on, stop_reason=StopReason.DIED)
