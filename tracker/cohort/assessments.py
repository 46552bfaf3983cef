"""Severity assessments of a synthetic patient: the core set as the disease's activity would have it, with gaps."""

from datetime import date, timedelta
from decimal import Decimal

from patients.rules.record import Assessment, Enzyme
from patients.rules.vocabulary import EnzymeName, MrcGrade, MuscleGroup, SevereFeature, Subtype
from tracker.cohort.chart import Activity, Chart

_WITHOUT_WEAKNESS = (Subtype.AMYOPATHIC_DERMATOMYOSITIS,)
# CK at full activity, in U/L: very high where muscle fibres die, normal without muscle disease.
_PEAK_CK = {
    Subtype.NECROTISING_MYOPATHY: (5000, 18000),
    Subtype.AMYOPATHIC_DERMATOMYOSITIS: (60, 160),
    Subtype.INCLUSION_BODY_MYOSITIS: (400, 1200),
    Subtype.ANTISYNTHETASE_SYNDROME: (800, 5000),
}
_USUAL_PEAK_CK = (700, 6000)
CK_LIMIT = {"female": Decimal(170), "male": Decimal(320)}
_STRENGTHS = (
    (0.05, MrcGrade.FIVE),
    (0.2, MrcGrade.FIVE_MINUS),
    (0.4, MrcGrade.FOUR_PLUS),
    (1.1, MrcGrade.FOUR),
)
_SEVERE_STRENGTHS = (
    (0.05, MrcGrade.FIVE),
    (0.2, MrcGrade.FIVE_MINUS),
    (0.35, MrcGrade.FOUR_PLUS),
    (0.6, MrcGrade.FOUR),
    (0.7, MrcGrade.FOUR_MINUS),
    (0.8, MrcGrade.THREE_PLUS),
    (0.9, MrcGrade.THREE),
    (1.1, MrcGrade.TWO),
)


class MuscleEnzymes:
    """CK of one patient on any day, from activity; steady for the patient, so that assessments and results agree."""

    def __init__(self, chart: Chart, activity: Activity) -> None:
        low, high = _PEAK_CK.get(chart.profile.subtype, _USUAL_PEAK_CK)
        self._peak = chart.rng.uniform(low, high)
        self._rest = chart.rng.uniform(50, 140)
        self._activity = activity

    def ck(self, day: date) -> Decimal:
        """U/L. Falls faster than activity: enzymes are normal before strength is."""
        level = self._activity.on(day) ** 1.7
        # A few per cent up and down, the same whenever the day is asked for.
        wobble = 0.92 + day.toordinal() * 7919 % 17 / 100
        return Decimal(round((self._rest + (self._peak - self._rest) * level) * wobble))


def write_assessments(chart: Chart, activity: Activity, enzymes: MuscleEnzymes) -> None:
    """One at the start, then about every 8 weeks in the first year, twice a year later, and at the turning points."""
    rng, plan = chart.rng, chart.plan
    turning = [a.end for a in plan.attempts if a.failed]
    turning += [day for day in (plan.responded, plan.remission, plan.relapse) if day is not None]
    days = {chart.begin, *(chart.day(number) for number in turning)}
    day = chart.begin
    while True:
        first_year = (day - chart.begin).days < 365
        day += timedelta(days=rng.randint(42, 84) if first_year else rng.randint(120, 240))
        if day > chart.until:
            break
        days.add(day)
    form = 80 if rng.random() < 0.6 else 150
    for on in sorted(days):
        chart.assessments.append(_assessment(chart, activity, enzymes, on, form))


def _assessment(chart: Chart, activity: Activity, enzymes: MuscleEnzymes, on: date, form: int) -> Assessment:
    rng, profile = chart.rng, chart.profile
    level = activity.on(on)
    first = on == chart.begin
    weakness = 0.0 if profile.subtype in _WITHOUT_WEAKNESS else level
    # A first strength that nobody wrote down leaves the severity open; later gaps are only gaps.
    strength = not (rng.random() < (0.06 if first else 0.15)) or (first and profile.severe)
    grade = _grade(profile.severe_feature is SevereFeature.SEVERE_WEAKNESS, weakness) if strength else None
    return Assessment(
        id=chart.new_id(),
        on=on,
        physician_global=_scale(chart, level * 8),
        patient_global=_scale(chart, level * 8 + 0.6) if rng.random() < 0.85 else None,
        mmt=Decimal(round(form * (1 - 0.38 * weakness))) if strength else None,
        mmt_maximum=form if strength else None,
        haq=Decimal(min(round((weakness * 2.2 + 0.1) * 8), 24)) / 8 if rng.random() < 0.8 else None,
        extramuscular_global=_scale(chart, level * (6 if profile.ild else 4)) if rng.random() < 0.75 else None,
        enzymes=_enzymes(chart, enzymes, on),
        lowest_mrc=grade,
        lowest_mrc_group=MuscleGroup.PROXIMAL if grade else MuscleGroup.NOT_RECORDED,
        fvc_percent=_percent(chart, 92 - 32 * level) if profile.ild else None,
        dlco_percent=_percent(chart, 78 - 34 * level) if profile.ild and rng.random() < 0.85 else None,
        severe_features=(profile.severe_feature,) if first and profile.severe_feature else (),
        non_severe_confirmed=_non_severe_confirmed(chart, first, level),
    )


def _non_severe_confirmed(chart: Chart, first: bool, level: float) -> bool:
    """Half of the non-severe presentations are called so in words; of the severe ones some are, once they improve."""
    if first:
        return not chart.profile.severe and chart.rng.random() < 0.5
    return chart.profile.severe and level < 0.25 and chart.rng.random() < 0.2


def _grade(severe: bool, weakness: float) -> MrcGrade:
    return next(grade for limit, grade in (_SEVERE_STRENGTHS if severe else _STRENGTHS) if weakness < limit)


def _scale(chart: Chart, centimetres: float) -> Decimal:
    """A mark on a 10 cm line, in millimetres' precision."""
    return Decimal(min(max(round((centimetres + chart.rng.uniform(-0.6, 0.6)) * 10), 0), 100)) / 10


def _percent(chart: Chart, percent: float) -> Decimal:
    return Decimal(round(percent + chart.rng.uniform(-6, 6)))


def _enzymes(chart: Chart, enzymes: MuscleEnzymes, on: date) -> tuple[Enzyme, ...]:
    if chart.rng.random() < 0.07:
        return ()
    ck = enzymes.ck(on)
    found = [Enzyme(EnzymeName.CK, ck, "U/L", CK_LIMIT[chart.profile.sex.value])]
    if chart.rng.random() < 0.6:
        found.append(Enzyme(EnzymeName.LDH, Decimal(round(190 + float(ck) ** 0.5 * 5)), "U/L", Decimal(250)))
    return tuple(found)
