"""How long people were on a drug or a line, and whether that ended in what is counted: what survival curves rest on.

Pure: what was recorded up to `as_of` goes in; nothing dated later, and no order of rows, changes the answer.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from patients.rules.entry_order import entry_order
from patients.rules.record import Person
from patients.rules.vocabulary import DatePrecision, PatientStatus, Vocabulary
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.lines import LINES, line_standing
from regimens.rules.record import Course, TreatmentRecord
from regimens.rules.scene import Scene, scene_of
from regimens.rules.standing import Trial
from regimens.rules.vocabulary import CourseRole, MilestoneKind, StopReason

FOLLOWED_ROLES = frozenset({CourseRole.IMMUNOSUPPRESSANT, CourseRole.IMMUNOGLOBULIN, CourseRole.CORTICOSTEROID})


class Ending(Vocabulary):
    """What ended the watching of a drug or a line."""

    STOPPED = "stopped", "stopped"
    NEXT_LINE = "next_line", "a higher line was begun"
    OFF_TREATMENT = "off_treatment", "remission off treatment"
    LEFT = "left", "no longer under care"
    STILL = "still", "still on it on the day"


@dataclass(frozen=True, slots=True)
class Spell:
    """One drug from a start to a stop; courses of it that follow each other closely are one. `stop_on` None: it runs.

    `courses` are their ids, the first one at the front.
    """

    drug: str
    start_on: date
    stop_on: date | None
    stop_reason: StopReason | None
    courses: tuple[str, ...]
    start_precision: DatePrecision = DatePrecision.DAY
    stop_precision: DatePrecision = DatePrecision.DAY

    @property
    def estimated(self) -> bool:
        """Whether its start or its stop is not known to the day."""
        return self.start_precision is not DatePrecision.DAY or self.stop_precision is not DatePrecision.DAY


@dataclass(frozen=True, slots=True)
class Followed:
    """Watched from `start_on` to `end_on`. `event`: it ended in what is counted; otherwise it is censored there."""

    start_on: date
    end_on: date
    event: bool
    ending: Ending
    reason: StopReason | None = None

    @property
    def days(self) -> int:
        return (self.end_on - self.start_on).days


@dataclass(frozen=True, slots=True)
class LineFollowed:
    """An induction line with how long it was watched; `next_line` is the higher one that was begun, 0 for none."""

    line: int
    followed: Followed
    next_line: int = 0
    estimated: bool = False


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that has no such day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def followed_until(person: Person, as_of: date) -> tuple[date, bool]:
    """The last day on which the patient was watched, and whether they left (or died) then rather than it being today.

    Without a day of leaving nobody can say how long they were watched: that is then day 1 of the calendar, and nothing
    of them is counted.
    """
    if person.status is PatientStatus.ACTIVE:
        return as_of, False
    if person.status_on is None:
        return date.min, True
    return (person.status_on, True) if person.status_on <= as_of else (as_of, False)


def spells(courses: Iterable[Course], as_of: date, restart_days: int) -> tuple[Spell, ...]:
    """Every drug of the catalogue given for the myositis by the day, in spells, the oldest start first.

    A course that begins up to and with `restart_days` after the stop of the one before goes on with it.
    """
    by_drug: dict[str, list[Course]] = defaultdict(list)
    for course in courses:
        if course.drug and course.role in FOLLOWED_ROLES and not course.never_given and course.start_on <= as_of:
            by_drug[course.drug].append(course)
    found = []
    for drug, of_drug in by_drug.items():
        of_drug.sort(key=_by_start)
        joined: list[list[Course]] = []
        ends_on: date | None = None
        for course in of_drug:
            goes_on = bool(joined) and (ends_on is None or (course.start_on - ends_on).days <= restart_days)
            if goes_on:
                joined[-1].append(course)
            else:
                joined.append([course])
            stop_on = _stop_by(course, as_of)
            ends_on = stop_on if not goes_on else _later(ends_on, stop_on)
        found += [_spell(drug, group, as_of) for group in joined]
    return tuple(sorted(found, key=lambda spell: (spell.start_on, spell.drug, spell.courses)))


def first_spells(found: Iterable[Spell]) -> tuple[Spell, ...]:
    """The first spell of each drug."""
    first: dict[str, Spell] = {}
    for spell in found:
        if spell.drug not in first or _spell_start(spell) < _spell_start(first[spell.drug]):
            first[spell.drug] = spell
    return tuple(sorted(first.values(), key=lambda spell: (spell.start_on, spell.drug)))


def drug_followed(spell: Spell, person: Person, as_of: date, counting: Collection[StopReason]) -> Followed | None:
    """How long the drug was kept; None for one begun after the patient was last watched.

    `counting` are the reasons that make a stop an end of the drug. Any other stop is censored on its day, and so is
    whoever left or takes the drug still. A stop without a reason has the reason "not recorded".
    """
    until, left = followed_until(person, as_of)
    if spell.start_on > until:
        return None
    if spell.stop_on is not None and spell.stop_on <= until:
        reason = spell.stop_reason or StopReason.NOT_RECORDED
        end_on = max(spell.stop_on, spell.start_on)
        return Followed(spell.start_on, end_on, reason in counting, Ending.STOPPED, reason)
    return Followed(spell.start_on, until, False, Ending.LEFT if left else Ending.STILL)


def lines_followed(record: TreatmentRecord, protocol: PathwayProtocol, as_of: date) -> tuple[LineFollowed, ...]:
    """Each induction line begun in the first course of treatment, and how long it was until a higher one began.

    A line begun on or after the day of a higher one has no time of its own and is left out.
    """
    until, left = followed_until(record.patient.person, as_of)
    scene = scene_of(record, protocol, as_of)
    line_standing(scene)  # writes the line of each trial
    off_on = _first_off_treatment(scene)
    starts: dict[int, Trial] = {}
    for trial in scene.trials:
        line = _line_of(trial)
        begun = trial.course.start_on
        if line and begun <= until and (off_on is None or begun < off_on):
            earlier = starts.get(line)
            if earlier is None or _by_start(trial.course) < _by_start(earlier.course):
                starts[line] = trial
    found = []
    for line in LINES:
        if line not in starts:
            continue
        begun = starts[line].course.start_on
        higher = [(starts[other].course.start_on, -other) for other in LINES if other > line and other in starts]
        next_on, next_line = min(higher, default=(None, 0))
        estimated = starts[line].course.start_precision is not DatePrecision.DAY
        if next_on is not None:
            if next_on > begun:
                reached = Followed(begun, next_on, True, Ending.NEXT_LINE)
                found.append(LineFollowed(line, reached, -next_line, estimated))
        elif off_on is not None and off_on <= until:
            found.append(LineFollowed(line, Followed(begun, off_on, False, Ending.OFF_TREATMENT), 0, estimated))
        else:
            ending = Ending.LEFT if left else Ending.STILL
            found.append(LineFollowed(line, Followed(begun, until, False, ending), 0, estimated))
    return tuple(found)


def lines_by_course(record: TreatmentRecord, protocol: PathwayProtocol, as_of: date) -> dict[str, int]:
    """The induction line that each course stands on, by its id; 0 for one that stands on none."""
    scene = scene_of(record, protocol, as_of)
    line_standing(scene)
    return {trial.course.id: trial.line for trial in scene.trials}


def _line_of(trial: Trial) -> int:
    if not trial.taken or trial.in_maintenance:
        return 0
    return 1 if trial.corticosteroid else trial.line


def _first_off_treatment(scene: Scene) -> date | None:
    """The day on which the first course of treatment was over, by a declared remission off it or a relapse after it."""
    days = [row.on for row in scene.course.milestones if row.kind is MilestoneKind.DRUG_FREE_REMISSION]
    if scene.course.began_on is not None:
        days.append(scene.course.began_on)
    begun = [trial.course.start_on for trial in scene.trials if _line_of(trial)]
    # A remission declared before anything was taken ends no treatment.
    after = [day for day in days if begun and day > min(begun)]
    return min(after, default=None)


def _spell(drug: str, group: list[Course], as_of: date) -> Spell:
    first = group[0]
    last = max(group, key=lambda course: (_stop_by(course, as_of) or date.max, course.start_on, entry_order(course.id)))
    stop_on = _stop_by(last, as_of)
    return Spell(
        drug,
        first.start_on,
        stop_on,
        last.stop_reason if stop_on is not None else None,
        tuple(course.id for course in group),
        first.start_precision,
        DatePrecision.DAY if stop_on is None else last.stop_precision,
    )


def _stop_by(course: Course, as_of: date) -> date | None:
    return course.stop_on if course.stop_on is not None and course.stop_on <= as_of else None


def _later(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)


def _by_start(course: Course) -> tuple[date, str, str]:
    return course.start_on, course.drug, course.id


def _spell_start(spell: Spell) -> tuple[date, tuple[str, ...]]:
    return spell.start_on, spell.courses


def days_around(day: date, days: int) -> tuple[date, date]:
    """So many days before and after a day, both included."""
    return day - timedelta(days=days), day + timedelta(days=days)
