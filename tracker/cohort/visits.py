"""When a synthetic patient was looked at, and what was done then: mostly in time, sometimes late, sometimes not at all.

The clinic of the cohort keeps its own plain habits. They resemble the monitoring protocol and are not read from it,
so that the protocol's answers about the cohort are answers and not echoes.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from patients.rules.entry_order import entry_order
from patients.rules.record import Height, Weight
from patients.rules.vocabulary import Sex
from regimens.rules.record import Course
from regimens.rules.vocabulary import CourseRole
from tracker.cohort.assessments import MuscleEnzymes
from tracker.cohort.chart import Activity, Chart
from tracker.cohort.laboratory import Laboratory
from tracker.cohort.profile import pick

# Results older than this were never carried over, but for those taken before a drug was begun.
_DAYS_CARRIED_OVER = 300
_RAISED_STEPWISE = ("methotrexate", "azathioprine", "mycophenolate_mofetil", "ciclosporin", "tacrolimus")
_MONTHLY_FOR_EVER = {"ciclosporin": "ciclosporin_level", "tacrolimus": "tacrolimus_level"}
_CONVENTIONAL = ("organ_disease", "pneumococcal_vaccine", "varicella", "influenza_vaccine")
_BEFORE_START: dict[str, tuple[str, ...]] = {
    "methotrexate": (*_CONVENTIONAL, "chest_imaging", "hepatitis_b", "hepatitis_c", "hiv"),
    "azathioprine": (*_CONVENTIONAL, "tpmt", "hepatitis_b", "hiv"),
    "mycophenolate_mofetil": _CONVENTIONAL,
    "ciclosporin": (*_CONVENTIONAL, "lipids", "potassium", "magnesium", "hepatitis_b", "hepatitis_c", "hiv"),
    "tacrolimus": (*_CONVENTIONAL, "ecg", "glucose", "clotting", "total_protein", "potassium"),
    "hydroxychloroquine": _CONVENTIONAL,
    "rituximab": ("immunoglobulins", "hepatitis_b", "hepatitis_c", "hiv", "varicella", "vaccination_review"),
    "cyclophosphamide": ("urinalysis", "fertility", "protection", "pneumocystis"),
    "abatacept": ("infection_screen",),
    "tocilizumab": ("lipids",),
    "normal_immunoglobulin": ("immunoglobulins",),
    "prednisolone": ("potassium", "hba1c", "eye_check"),
    "methylprednisolone_sodium_succinate": ("potassium", "hba1c"),
}
# Done once in a lifetime of the record, however many drugs ask for it.
_ONCE = ("pneumococcal_vaccine", "varicella", "hepatitis_b", "hepatitis_c", "hiv", "tpmt", "emergency_card")
_HIGH_DAILY_MILLIGRAMS = 20
_FORGOTTEN, _FORGOTTEN_AT_A_VISIT = 0.02, 0.03
# What was forgotten longer ago has been made good since.
_DAYS_UNTIL_MADE_GOOD = 400


def write_results(chart: Chart, activity: Activity, enzymes: MuscleEnzymes) -> None:
    """Writes what was looked at before each drug and at each visit of the last year."""
    room = _Room(chart, Laboratory(chart, activity, enzymes))
    last_visit = _last_visit(chart)
    for course in sorted(chart.courses, key=lambda course: (course.start_on, entry_order(course.id))):
        room.before(course)
    extra = [day for course in chart.courses for day in _days_after_infusions(chart, course)]
    extra += [day for course in chart.courses for day in _days_after_changes(chart, course)]
    days = {*_visit_days(chart, last_visit), *(day for day in extra if _first_day(chart) <= day <= last_visit)}
    for day in sorted(days):
        room.visit(day)
    for course in chart.courses_of("prednisolone"):
        room.checkpoints(course, last_visit)
    chart.results.sort(key=lambda result: result.sampled_on)


def interval_on(chart: Chart, day: date) -> int:
    """Days to the next visit that the running drugs ask for."""
    return min((_interval_of(course, day) for course in _running(chart, day)), default=168)


def _running(chart: Chart, day: date) -> list[Course]:
    return [
        course
        for course in chart.courses
        if not course.never_given and course.start_on <= day and (course.stop_on is None or day < course.stop_on)
    ]


def _interval_of(course: Course, day: date) -> int:
    since_start = (day - course.start_on).days
    if course.drug in _RAISED_STEPWISE:
        if (day - _last_increase(course, day)).days < 42:
            return 14
        return 28 if since_start < 126 or course.drug in _MONTHLY_FOR_EVER else 84
    if course.drug == "cyclophosphamide":
        return 28
    if course.drug == "tocilizumab":
        return 28 if since_start < 168 else 84
    if course.drug == "prednisolone" and since_start < 84:
        return 28
    if course.role in (CourseRole.CORTICOSTEROID, CourseRole.IMMUNOSUPPRESSANT):
        return 84
    return 168


def _last_increase(course: Course, day: date) -> date:
    latest = course.start_on
    doses = [dose for dose in course.doses if dose.from_on <= day]
    for before, after in zip(doses, doses[1:], strict=False):
        if before.amount is not None and after.amount is not None and after.amount > before.amount:
            latest = after.from_on
    return latest


def _high_dose_since(course: Course, day: date) -> date | None:
    """Since when the daily dose has been 20 mg or more without a break, None when it is lower on the day."""
    since = None
    for dose in course.doses:
        if dose.from_on > day:
            break
        if dose.amount is not None and dose.amount >= _HIGH_DAILY_MILLIGRAMS:
            since = since or dose.from_on
        else:
            since = None
    return since


def _first_day(chart: Chart) -> date:
    return max(chart.begin, chart.until - timedelta(days=_DAYS_CARRIED_OVER))


def _last_visit(chart: Chart) -> date:
    """The last time the patient was seen: about six in ten are in time, three are due, one is late."""
    rng = chart.rng
    interval = interval_on(chart, chart.until)
    # A schedule that has just become sparser was still dense at the visit before.
    interval = min(interval, interval_on(chart, max(chart.until - timedelta(days=interval), chart.begin)))
    ago = pick(
        rng,
        (
            (rng.randint(0, max(interval - 9, 3)), 58),
            (rng.randint(max(interval - 6, 1), interval + 2), 31),
            (interval + rng.randint(4, 50), 11),
        ),
    )
    return max(chart.until - timedelta(days=ago), chart.begin)


def _visit_days(chart: Chart, last: date) -> Iterable[date]:
    rng = chart.rng
    first = _first_day(chart)
    day = first if first == chart.begin else first + timedelta(days=rng.randint(0, 60))
    while day + timedelta(days=interval_on(chart, day) // 2) < last:
        yield day
        missed = 2 if rng.random() < 0.05 else 1
        day += timedelta(days=missed * interval_on(chart, day) + rng.choice((-3, -2, -1, 0, 0, 0, 1, 2, 5)))
    yield last


def _days_after_infusions(chart: Chart, course: Course) -> Iterable[date]:
    """Blood count about 10 days after cyclophosphamide; 4 and 16 weeks after rituximab, and before its next course."""
    for infusion in course.infusions:
        if course.drug == "cyclophosphamide":
            yield infusion.first_on + timedelta(days=chart.rng.randint(9, 11))
        if course.drug == "rituximab":
            yield from (infusion.first_on + timedelta(days=days) for days in (28, 112, 150))


def _days_after_changes(chart: Chart, course: Course) -> Iterable[date]:
    """A first trough level about a week after the start and after each change."""
    if course.drug in _MONTHLY_FOR_EVER:
        for dose in course.doses:
            yield dose.from_on + timedelta(days=chart.rng.randint(5, 8))


class _Room:
    """The clinic room: remembers what was last done for this patient and does what is due before the next visit."""

    def __init__(self, chart: Chart, laboratory: Laboratory) -> None:
        self._chart, self._laboratory = chart, laboratory
        self._last: dict[str, date] = {}

    def before(self, course: Course) -> None:
        """What is looked at in the days before a drug is begun."""
        if course.never_given or course.drug not in _BEFORE_START:
            return
        day = max(course.start_on - timedelta(days=self._chart.rng.randint(1, 9)), self._chart.born)
        self._measure_body(day)
        items = ["bloods", "blood_pressure", *_BEFORE_START[course.drug], *self._before_if_woman(course.drug, day)]
        for what in items:
            self._do_before(what, day)
        if course.drug == "mycophenolate_mofetil" and "pregnancy_test" in items:
            self._do("pregnancy_test", day - timedelta(days=9))

    def _measure_body(self, day: date) -> None:
        """Weight and height anew before each drug; a patient without any weight was never measured at all."""
        chart = self._chart
        if not chart.weights or (day - max(height.on for height in chart.heights)).days < 60:
            return
        nearest = min(chart.weights, key=lambda weight: (abs((weight.on - day).days), weight.on))
        chart.heights.append(Height(chart.new_id(), day, chart.centimetres))
        if nearest.on != day:
            chart.weights.append(Weight(chart.new_id(), day, nearest.kilograms))

    def visit(self, day: date) -> None:
        """One visit: what every visit has, and what would otherwise fall due before the next."""
        running = {course.drug: course for course in _running(self._chart, day)}
        if any(course.role is not CourseRole.SUPPORTIVE for course in running.values()) or not running:
            self._do_at_visit("bloods", day)
            self._do_at_visit("blood_pressure", day)
        following = day + timedelta(days=interval_on(self._chart, day))
        for what, due in self._due(running, day):
            if due <= following:
                self._do_at_visit(what, day)

    def checkpoints(self, course: Course, last_visit: date) -> None:
        """Telephone checks of the taper: at each planned step, or every 4 weeks where nothing was planned."""
        first = max(_first_day(self._chart), course.start_on)
        if course.taper:
            days = [step.on for step in course.taper if step.on >= first]
        else:
            days = [first + timedelta(days=14 + 28 * number) for number in range(14)]
        end = min(last_visit + timedelta(days=21), self._chart.until, course.stop_on or self._chart.until)
        for day in days:
            if day <= end:
                self._do_at_visit("taper_checkpoint", min(day + timedelta(days=self._chart.rng.randint(0, 2)), end))

    def _due(self, running: dict[str, Course], day: date) -> Iterable[tuple[str, date]]:
        """Things that are done now and then, with the day on which each falls due."""
        yield from self._due_for_steroid(running.get("prednisolone"), day)
        for drug, level in _MONTHLY_FOR_EVER.items():
            if drug in running:
                yield from ((what, day) for what in (level, "glucose"))
                yield "lipids", self._next("lipids", running[drug].start_on, 28, 168)
        if set(running) & set(_RAISED_STEPWISE):
            yield "influenza_vaccine", self._next("influenza_vaccine", date.min, 0, 350)
        if "rituximab" in running:
            yield "crp", day
            start = running["rituximab"].start_on
            yield "immunoglobulins", self._next("immunoglobulins", start, 150, 120)
            yield "cd19", self._next("cd19", start, 150, 120)
            yield "rituximab_review", self._next("rituximab_review", start, 100, 168)
        if "cyclophosphamide" in running:
            yield "urinalysis", day
        if "tocilizumab" in running:
            yield "lipids", self._next("lipids", running["tocilizumab"].start_on, 28, 168)
        if "normal_immunoglobulin" in running:
            yield (
                "immunoglobulin_review",
                self._next("immunoglobulin_review", running["normal_immunoglobulin"].start_on, 84, 84),
            )
        if "hydroxychloroquine" in running:
            yield (
                "retinal_screening",
                self._next("retinal_screening", running["hydroxychloroquine"].start_on, 340, 350),
            )

    def _due_for_steroid(self, course: Course | None, day: date) -> Iterable[tuple[str, date]]:
        if course is None:
            return
        start = course.start_on
        yield "hba1c", self._next("hba1c", start, 28, 84)
        yield "lipids", self._next("lipids", start, 28, 168)
        yield "potassium", self._next("potassium", start, 28, 168)
        yield "eye_check", self._next("eye_check", start, 168, 168)
        high = _high_dose_since(course, day)
        if high is not None and self._last.get("pneumocystis", date.min) < high:
            yield "pneumocystis", high + timedelta(days=28)
        for what, after in (("steroid_review", 42), ("emergency_card", 28), ("bone_plan", 84)):
            if self._last.get(what, date.min) < start:
                yield what, start + timedelta(days=after)
        yield "bone_density", self._next("bone_density", start, 84, 350)

    def _next(self, what: str, start: date, first: int, every: int) -> date:
        """When something is due that is done `first` days after a start and then `every` so many days."""
        last = self._last.get(what)
        if last is None or last <= start:
            return date.min if start == date.min else start + timedelta(days=first)
        return last + timedelta(days=every)

    def _before_if_woman(self, drug: str, day: date) -> tuple[str, ...]:
        if self._chart.profile.sex is not Sex.FEMALE:
            return ()
        age = self._chart.age_on(day)
        if drug == "mycophenolate_mofetil" and 12 <= age <= 55:
            return ("pregnancy_test",)
        return ("cervical_screening",) if drug == "ciclosporin" and 25 <= age <= 64 else ()

    def _do_before(self, what: str, day: date) -> None:
        last = self._last.get(what)
        if last is not None and (what in _ONCE or (day - last).days < 20):
            return
        recent = self._chart.until - day < timedelta(days=_DAYS_UNTIL_MADE_GOOD)
        if not (recent and self._chart.rng.random() < _FORGOTTEN):
            self._do(what, day)

    def _do_at_visit(self, what: str, day: date) -> None:
        if self._chart.rng.random() >= _FORGOTTEN_AT_A_VISIT:
            self._do(what, day)

    def _do(self, what: str, day: date) -> None:
        self._chart.results += self._laboratory.report(what, day)
        self._last[what] = max(day, self._last.get(what, day))
