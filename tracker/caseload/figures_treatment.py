"""How treatment went: why drugs were stopped, when the next line came, response and corticosteroid after a time."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from patients.rules.reasons import Truth
from patients.rules.vocabulary import Subtype
from regimens.protocol.cohort import load_cohort
from regimens.rules.after_start import OUTSIDE_THE_SHARE, ResponseFound, ResponseThen, SteroidThen
from regimens.rules.durations import Ending, Followed
from regimens.rules.vocabulary import CourseRole, StopReason
from tracker import display
from tracker.caseload.cohort import Cohort
from tracker.caseload.figures_now import ever_words
from tracker.caseload.filters import DrugEnd, Grouping, drug_choices, ending_words, line_choices
from tracker.caseload.grids import ALL, Column, Counting, Grid, Unit
from tracker.caseload.members import DrugKept, LineKept, Member

_ENDS = {DrugEnd.INEFFECTIVE: StopReason.INEFFECTIVE, DrugEnd.INTOLERANT: StopReason.INTOLERANT}
_KEPT_ROLES = {CourseRole.IMMUNOSUPPRESSANT, CourseRole.IMMUNOGLOBULIN}


def drugs_counted(cohort: Cohort) -> Iterator[tuple[Member, DrugKept]]:
    """The first spell of each drug of each person; corticosteroids are meant to be stopped and are left out.

    By line and subtype immunosuppressants alone: immunoglobulin belongs to no line.
    """
    by_drug = cohort.asked.filters.by == Grouping.DRUG
    for member in cohort.everyone:
        course = cohort.courses.get(member.patient_id)
        for kept in course.drugs if course else ():
            if kept.role is CourseRole.IMMUNOSUPPRESSANT or (by_drug and kept.role in _KEPT_ROLES):
                yield member, kept


def lines_counted(cohort: Cohort) -> Iterator[tuple[Member, LineKept]]:
    """Each line of each person to whom the pathway applies."""
    for member in cohort.everyone:
        course = cohort.courses.get(member.patient_id)
        if member.in_scope and course:
            for kept in course.lines:
                yield member, kept


def drug_group(cohort: Cohort, member: Member, kept: DrugKept) -> str:
    """The row or curve that a spell belongs to."""
    by = cohort.asked.filters.by
    if by == Grouping.LINE:
        return str(kept.line)
    return member.subtype if by == Grouping.SUBTYPE else kept.drug


def group_headings(cohort: Cohort) -> list[tuple[str, str]]:
    """Every group with its words."""
    by = cohort.asked.filters.by
    if by == Grouping.LINE:
        return [(code, words if code != "0" else _("on no line of the pathway")) for code, words in line_choices()]
    return Subtype.choices() if by == Grouping.SUBTYPE else list(drug_choices())


def is_event(cohort: Cohort, followed: Followed) -> bool:
    """Whether a spell ended in what the page counts; every other end is censored."""
    wanted = _ENDS.get(DrugEnd(cohort.asked.filters.ends))
    return followed.event if wanted is None else followed.reason is wanted


def drug_unit(member: Member, kept: DrugKept, names: dict[str, str]) -> Unit:
    """`methotrexate from 05-Apr-2024 to 03-Nov-2024 (212 days): ineffective`."""
    followed = kept.followed
    words = _("%(drug)s from %(start)s to %(end)s (%(days)s): %(ending)s") % {
        "drug": names.get(kept.drug, kept.drug),
        "start": display.day(followed.start_on),
        "end": display.day(followed.end_on),
        "days": display.days(followed.days),
        "ending": ending_words(followed.ending, followed.reason),
    }
    return Unit(member.patient_id, words)


def stops(cohort: Cohort) -> Grid:
    """How the first spell of each drug ended, by group."""
    endings = (Ending.STILL, Ending.LEFT)
    columns = (
        *(Column(reason.value, reason.label.capitalize()) for reason in StopReason),
        *(Column(ending.value, ending.label.capitalize()) for ending in endings),
        Column(ALL, _("All")),
    )
    counting = Counting("stops", columns)
    names = dict(drug_choices())
    for member, kept in drugs_counted(cohort):
        unit = drug_unit(member, kept, names)
        column = (kept.followed.reason or kept.followed.ending).value
        for row in (drug_group(cohort, member, kept), ALL):
            counting.add(row, column, unit)
            counting.add(row, ALL, unit)
    used = {column for _row, column in counting.found}
    shown = tuple(column for column in columns if column.code in used)
    counting.columns = shown
    by = Grouping(cohort.asked.filters.by)
    return Grid(
        "stops",
        _("How it ended, by %(group)s") % {"group": by.label},
        by.label.capitalize(),
        shown,
        counting.rows([*group_headings(cohort), (ALL, _("All"))]),
        _(
            "The first spell of each drug of %(people)s; whoever took two drugs is counted with both. Corticosteroids "
            "are not counted. %(spell)s"
        )
        % {"people": ever_words(cohort), "spell": load_cohort().rule("cohort.spell").text},
        empty=_("No immunosuppressant and no immunoglobulin is recorded for anybody counted here."),
    )


def next_line(cohort: Cohort) -> Grid:
    """What became of each line that was begun."""
    columns = (
        Column("2", _("Line 2 begun")),
        Column("3", _("Line 3 begun")),
        *(Column(one.value, one.label.capitalize()) for one in (Ending.STILL, Ending.OFF_TREATMENT, Ending.LEFT)),
        Column(ALL, _("All who began it")),
    )
    counting = Counting("next_line", columns)
    for member, kept in lines_counted(cohort):
        unit = line_unit(member, kept)
        column = str(kept.next_line) if kept.followed.event else kept.followed.ending.value
        counting.add(str(kept.line), column, unit)
        counting.add(str(kept.line), ALL, unit)
    return Grid(
        "next_line",
        _("What became of each line"),
        _("Line"),
        columns,
        counting.rows([(code, words.capitalize()) for code, words in line_choices()]),
        _("Of %(people)s, whoever began the line and to whom the pathway applies. %(line)s")
        % {"people": ever_words(cohort), "line": load_cohort().rule("cohort.line").text},
        empty=_("No line of treatment is recorded for anybody counted here."),
    )


def line_unit(member: Member, kept: LineKept) -> Unit:
    """`line 1 from 05-Apr-2024 to 03-Nov-2024 (212 days): line 2 begun`."""
    followed = kept.followed
    ending = _("line %(line)d begun") % {"line": kept.next_line} if followed.event else followed.ending.label
    words = _("line %(line)d from %(start)s to %(end)s (%(days)s): %(ending)s") % {
        "line": kept.line,
        "start": display.day(followed.start_on),
        "end": display.day(followed.end_on),
        "days": display.days(followed.days),
        "ending": ending,
    }
    return Unit(member.patient_id, words)


RESPONDED = (ResponseThen.MAJOR, ResponseThen.MODERATE, ResponseThen.MINIMAL)


def response(cohort: Cohort, months: int) -> Grid:
    """Response so many months after the start, by group; the share is of those with at least a minimal one."""
    columns = (
        *(
            Column(then.value, then.label.capitalize(), of=then not in OUTSIDE_THE_SHARE, met=then in RESPONDED)
            for then in ResponseThen
        ),
    )
    counting = Counting(f"response_{months}", columns)
    for group, unit, found in _responses(cohort, months):
        counting.add(group, found.then.value, unit)
    by = Grouping(cohort.asked.filters.by)
    return Grid(
        counting.code,
        _("After %(months)d months, by %(group)s") % {"months": months, "group": by.label},
        by.label.capitalize(),
        columns,
        counting.rows(group_headings(cohort)),
        _(
            "Of %(people)s, whoever began it. The share is of at least minimal response by the Total Improvement Score "
            "among everybody whose day has come, but for those who ended for another reason before it: what was "
            "stopped before for a reason that counts as an end of the drug, and what was not measured, counts as no "
            "response. %(rule)s"
        )
        % {"people": ever_words(cohort), "rule": load_cohort().rule("cohort.response").text},
        share_heading=_("Share with a response"),
        empty=_("Nothing was begun by anybody counted here whose response could be looked at."),
    )


def definition_of_improvement(cohort: Cohort, months: int) -> Grid:
    """The IMACS definition of improvement at the same assessments, for those measured then."""
    columns = (
        Column(Truth.TRUE.value, _("Improved"), of=True, met=True),
        Column(Truth.FALSE.value, _("Not improved"), of=True),
        Column(Truth.UNKNOWN.value, _("Not decided by what was measured"), of=True),
    )
    counting = Counting(f"imacs_{months}", columns)
    for group, unit, found in _responses(cohort, months):
        if found.on is not None:
            counting.add(group, found.definition.value, unit)
    by = Grouping(cohort.asked.filters.by)
    return Grid(
        counting.code,
        _("IMACS definition of improvement after %(months)d months, by %(group)s")
        % {"months": months, "group": by.label},
        by.label.capitalize(),
        columns,
        counting.rows(group_headings(cohort)),
        _(
            "Of those whose day has come, who were still on it then, and who have an assessment near that day, made "
            "while they were on it, and one at the start; the others are left out."
        ),
        share_heading=_("Share improved"),
        empty=_("Nobody counted here was measured near that day."),
    )


def _responses(cohort: Cohort, months: int) -> Iterator[tuple[str, Unit, ResponseFound]]:
    """By drug each first spell; by line each line; by subtype line 1."""
    by = cohort.asked.filters.by
    names = dict(drug_choices())
    if by == Grouping.DRUG:
        for member, drug in drugs_counted(cohort):
            found = next(one for one in drug.responses if one.months == months)
            yield drug.drug, _with_response(drug_unit(member, drug, names), found), found
        return
    for member, line in lines_counted(cohort):
        if by == Grouping.SUBTYPE and line.line != 1:
            continue
        found = next(one for one in line.responses if one.months == months)
        group = member.subtype if by == Grouping.SUBTYPE else str(line.line)
        yield group, _with_response(line_unit(member, line), found), found


def _with_response(unit: Unit, found: ResponseFound) -> Unit:
    """The unit with its response: `…; at least moderate on 12-May-2025`."""
    words = found.then.label
    if found.partial and found.then in RESPONDED:
        words = _("at least %(response)s") % {"response": words}
    if found.on is not None:
        words = _("%(response)s on %(day)s") % {"response": words, "day": display.day(found.on)}
    return Unit(unit.patient_id, f"{unit.words}; {words}")


def steroid_after(cohort: Cohort) -> Grid:
    """Daily corticosteroid at most the target dose, a time after the first one was begun."""
    settings = load_cohort().settings
    most = display.quantity(settings.steroid_at_most, "mg")
    columns = (
        Column(SteroidThen.MET.value, _("At most %(dose)s a day, or none") % {"dose": most}, of=True, met=True),
        Column(SteroidThen.ABOVE.value, _("Above %(dose)s a day") % {"dose": most}, of=True),
        Column(SteroidThen.UNKNOWN.value, _("Dose not known"), of=True),
        Column(SteroidThen.NOT_FOLLOWED.value, _("Not followed so long")),
    )
    counting = Counting("steroid_after", columns)
    for member in cohort.everyone:
        course = cohort.courses.get(member.patient_id)
        for found in course.steroid if course else ():
            dose = (
                _("%(dose)s a day on %(day)s")
                % {"dose": display.quantity(found.milligrams, "mg"), "day": display.day(found.on)}
                if found.milligrams is not None
                else f"{found.then.label}, {display.day(found.on)}"
            )
            counting.add(str(found.months), found.then.value, Unit(member.patient_id, dose))
    headings = [(str(months), _("%(months)d months") % {"months": months}) for months in settings.steroid_months]
    return Grid(
        "steroid_after",
        _("Corticosteroid after the start of the first one"),
        _("After"),
        columns,
        counting.rows(headings),
        _(
            "Of %(people)s, whoever ever took a daily corticosteroid. The share is of everybody followed so long: a "
            "dose that is not known counts as not reached. %(rule)s"
        )
        % {"people": ever_words(cohort), "rule": load_cohort().rule("cohort.steroid").text},
        share_heading=_("Share at most %(dose)s a day") % {"dose": most},
        empty=_("No daily corticosteroid is recorded for anybody counted here."),
    )
