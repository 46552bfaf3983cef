"""What is known of a synthetic patient besides treatment: weights, height, antibodies and conditions."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from patients.rules.record import Autoantibody, Condition, Height, Weight
from patients.rules.vocabulary import AntibodyFinding, ConditionKind, PatientStatus, SevereFeature, Sex, Subtype
from regimens.rules.vocabulary import StopReason
from tracker.cohort.chart import Chart

_SKIN = (Subtype.DERMATOMYOSITIS, Subtype.AMYOPATHIC_DERMATOMYOSITIS)
_SAFE_IN_PREGNANCY = ("azathioprine", "ciclosporin", "tacrolimus")
# (condition, youngest age, how often): what people bring along or what treatment brings.
_COMPANIONS = (
    (ConditionKind.HYPERTENSION, 45, 0.22),
    (ConditionKind.DIABETES, 40, 0.09),
    (ConditionKind.OSTEOPOROSIS, 60, 0.14),
    (ConditionKind.CHRONIC_KIDNEY_DISEASE, 65, 0.08),
    (ConditionKind.HEPATITIS_B, 25, 0.006),
)


def write_body(chart: Chart) -> None:
    """Weights about twice a year (6 in 100 patients have none), one height, antibodies once."""
    rng = chart.rng
    if rng.random() >= 0.06:
        day, kilograms = chart.begin - timedelta(days=rng.randint(0, 5)), chart.kilograms
        while day <= chart.until:
            chart.weights.append(Weight(chart.new_id(), day, kilograms))
            day += timedelta(days=rng.randint(80, 210))
            kilograms = max(kilograms + Decimal(rng.randint(-25, 30)) / 10, Decimal(12))
        chart.heights.append(Height(chart.new_id(), chart.weights[0].on, chart.centimetres))
    _write_antibodies(chart)


def _write_antibodies(chart: Chart) -> None:
    rng, profile = chart.rng, chart.profile
    taken = chart.begin - timedelta(days=rng.randint(0, 21))
    on: date | None = None if rng.random() < 0.1 else taken
    synthetase = profile.subtype is Subtype.ANTISYNTHETASE_SYNDROME
    found = [profile.antibody] if profile.antibody else []
    if synthetase and rng.random() < 0.5:
        found.append("anti-Ro52")
    chart.autoantibodies += [Autoantibody(chart.new_id(), name, AntibodyFinding.POSITIVE, on) for name in found]
    if not found and rng.random() < 0.7:
        panel = ("anti-Jo-1", "anti-Mi-2", "anti-MDA5", "anti-SRP", "anti-HMGCR")
        chart.autoantibodies += [Autoantibody(chart.new_id(), name, AntibodyFinding.NEGATIVE, on) for name in panel]


def write_conditions(chart: Chart) -> None:
    """Lung and other organ disease that fits the profile, companions by age. Read after the treatment is written."""
    rng, profile = chart.rng, chart.profile
    begin = chart.begin
    if profile.ild:
        _add(chart, ConditionKind.ILD, begin - timedelta(days=rng.randint(0, 60)))
    _write_severe_condition(chart)
    if profile.subtype in _SKIN and rng.random() < 0.1:
        _add(chart, ConditionKind.REFRACTORY_SKIN_DISEASE, chart.day(rng.randint(20, 200)))
    if profile.antibody in ("anti-TIF1-gamma", "anti-NXP2") and chart.age_on(begin) > 50 and rng.random() < 0.3:
        found = begin + timedelta(days=rng.randint(-200, 60))
        end = found + timedelta(days=rng.randint(200, 500))
        _add(chart, ConditionKind.MALIGNANCY, min(found, chart.until), end if end < chart.until else None)
    for kind, youngest, share in _COMPANIONS:
        if chart.age_on(chart.until) >= youngest and rng.random() < share:
            _add(chart, kind, begin - timedelta(days=rng.randint(30, 2000)))
    if rng.random() < 0.04:
        from_on = max(chart.until - timedelta(days=rng.randint(0, 40)), begin)
        to_on = from_on + timedelta(days=rng.randint(7, 21))
        _add(chart, ConditionKind.INFECTION, from_on, to_on if to_on < chart.until else None)
    _write_pregnancy(chart)


def _add(chart: Chart, kind: ConditionKind, from_on: date, to_on: date | None = None, description: str = "") -> None:
    from_on = max(from_on, chart.born)
    chart.conditions.append(Condition(chart.new_id(), kind, from_on, to_on, description))


def _write_severe_condition(chart: Chart) -> None:
    """The severe feature as a condition too, over by the time the treatment worked."""
    rng, begin = chart.rng, chart.begin
    feature = chart.profile.severe_feature
    if feature is None or feature is SevereFeature.SEVERE_WEAKNESS:
        return
    end = begin + timedelta(days=rng.randint(40, 150))
    text = "rhabdomyolysis with kidney injury" if feature is SevereFeature.OTHER_LIFE_THREATENING else ""
    _add(chart, ConditionKind(feature.value), begin, end if end < chart.until else None, text)


def _write_pregnancy(chart: Chart) -> None:
    """A few women are or were pregnant; methotrexate and mycophenolate were then never running."""
    rng, profile = chart.rng, chart.profile
    age = chart.age_on(chart.until)
    if profile.sex is not Sex.FEMALE or not 20 <= age <= 42 or profile.status is not PatientStatus.ACTIVE:
        return
    if rng.random() >= 0.2:
        return
    conceived = max(chart.until - timedelta(days=rng.randint(20, 230)), chart.begin)
    running = [
        c for c in chart.courses if c.stop_on is None and not c.never_given and c.role.value == "immunosuppressant"
    ]
    if any(course.drug == "methotrexate" and course.start_on < conceived for course in running):
        stopped = max(conceived - timedelta(days=100), chart.begin)
        chart.courses = [
            replace(
                course,
                stop_on=stopped,
                stop_reason=StopReason.PREGNANCY_WISH,
                doses=tuple(dose for dose in course.doses if dose.from_on < stopped),
            )
            if course.drug in ("methotrexate", "folic_acid") and course.stop_on is None and course.start_on < stopped
            else course
            for course in chart.courses
        ]
        running = [course for course in chart.courses if course in running and course.stop_on is None]
    if all(course.drug in _SAFE_IN_PREGNANCY for course in running):
        _add(chart, ConditionKind.PREGNANCY, conceived)
