"""How the people under care stand on the day: counts by line and phase, subtype, antibody, drug, corticosteroid."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.rules.vocabulary import Subtype
from regimens.protocol.cohort import load_cohort
from regimens.rules.after_start import SteroidThen
from regimens.rules.findings import Phase
from tracker import display
from tracker.caseload.cohort import Cohort
from tracker.caseload.filters import antibody_choices, drug_choices, line_choices
from tracker.caseload.grids import ALL, Column, Counting, Grid, Unit
from tracker.caseload.members import Member

OUT_OF_SCOPE = "out_of_scope"


def under_care_words(cohort: Cohort) -> str:
    """`212 people under care on 23-Nov-2026`."""
    count = len(cohort.members)
    if cohort.asked.filters.narrowed:
        return ngettext(
            "%(count)s person under care on %(day)s whom the filters leave",
            "%(count)s people under care on %(day)s whom the filters leave",
            count,
        ) % {"count": f"{count:,}", "day": display.day(cohort.asked.as_of)}
    return ngettext("%(count)s person under care on %(day)s", "%(count)s people under care on %(day)s", count) % {
        "count": f"{count:,}",
        "day": display.day(cohort.asked.as_of),
    }


def ever_words(cohort: Cohort) -> str:
    """`219 people ever under care by 23-Nov-2026, 7 of whom had left or died`."""
    count = len(cohort.everyone)
    return ngettext(
        "%(count)s person ever under care by %(day)s, of whom %(left)s had left or died",
        "%(count)s people ever under care by %(day)s, of whom %(left)s had left or died",
        count,
    ) % {"count": f"{count:,}", "left": f"{cohort.left:,}", "day": display.day(cohort.asked.as_of)}


def people(cohort: Cohort) -> tuple[Column, ...]:
    return (Column("people", _("People")),)


def line_phase(cohort: Cohort) -> Grid:
    """By line reached and phase; everybody is in one cell, and in the totals."""
    columns = (
        *(Column(phase.value, phase.label.capitalize()) for phase in Phase),
        Column(OUT_OF_SCOPE, _("Pathway does not apply")),
        Column(ALL, _("All")),
    )
    counting = Counting("line_phase", columns)
    for member in cohort.members:
        phase = member.phase if member.in_scope else OUT_OF_SCOPE
        for row in (str(member.line), ALL):
            counting.add(row, phase, Unit(member.patient_id))
            counting.add(row, ALL, Unit(member.patient_id))
    return Grid(
        "line_phase",
        _("Line reached and phase"),
        _("Line reached"),
        columns,
        counting.rows([*_capitalised(line_choices()), (ALL, _("All"))], empty_rows=True),
        _("Of %(people)s: the highest line of the present course of treatment, and the phase as declared.")
        % {"people": under_care_words(cohort)},
    )


def subtype(cohort: Cohort) -> Grid:
    """By subtype."""
    return _by(
        cohort, "subtype", _("Subtype"), Subtype.choices(), lambda member: (member.subtype,),
        _("Of %(people)s, each counted once."),
    )  # fmt: skip


def antibody(cohort: Cohort) -> Grid:
    """By positive antibody; somebody with two is counted in both."""
    return _by(
        cohort, "antibody", _("Antibody"), antibody_choices(), lambda member: member.antibodies,
        _("Of %(people)s: positive findings known on the day. Whoever has two is counted with both."),
    )  # fmt: skip


def drug_now(cohort: Cohort) -> Grid:
    """By drug taken on the day; somebody who takes two is counted with both."""
    grid = _by(
        cohort, "drug_now", _("Drug taken now"), drug_choices(), lambda member: member.drugs_now or ("none",),
        _("Of %(people)s: every drug taken on the day. Whoever takes two is counted with both."),
        beyond=("none", _("no drug recorded")),
    )  # fmt: skip
    rows = sorted(grid.rows, key=lambda row: (row.code == "none", -row.cells[0].count, row.heading))
    return Grid(grid.code, grid.title, grid.row_heading, grid.columns, tuple(rows), grid.definition)


def steroid_now(cohort: Cohort) -> Grid:
    """Daily corticosteroid at most the target dose, by phase; what is not known is never reached."""
    most = display.quantity(load_cohort().settings.steroid_at_most, "mg")
    columns = (
        Column(SteroidThen.MET.value, _("At most %(dose)s a day, or none") % {"dose": most}, of=True, met=True),
        Column(SteroidThen.ABOVE.value, _("Above %(dose)s a day") % {"dose": most}, of=True),
        Column(SteroidThen.UNKNOWN.value, _("Dose not known"), of=True),
    )
    counting = Counting("steroid_now", columns)
    for member in cohort.members:
        unit = Unit(member.patient_id, steroid_words(member))
        counting.add(ALL, member.steroid.value, unit)
        counting.add(member.phase if member.in_scope else OUT_OF_SCOPE, member.steroid.value, unit)
    headings = [(phase.value, phase.label.capitalize()) for phase in Phase]
    headings += [(OUT_OF_SCOPE, _("Pathway does not apply")), (ALL, _("All under care"))]
    return Grid(
        "steroid_now",
        _("Corticosteroid on the day"),
        _("Phase"),
        columns,
        counting.rows(headings),
        _(
            "Of %(people)s: all daily corticosteroids together as mg of prednisolone; pulses have no daily dose. The "
            "share is of everybody in the row: a dose that is not known counts as not reached."
        )
        % {"people": under_care_words(cohort)},
        share_heading=_("Share at most %(dose)s a day") % {"dose": most},
    )


def steroid_words(member: Member) -> str:
    """`7.5 mg of prednisolone a day`, `no daily corticosteroid`."""
    if member.steroid_milligrams is None:
        return _("corticosteroid dose not known")
    if not member.steroid_milligrams:
        return _("no daily corticosteroid")
    return _("%(dose)s of prednisolone a day") % {"dose": display.quantity(member.steroid_milligrams, "mg")}


def _by(
    cohort: Cohort,
    code: str,
    title: str,
    choices: Iterable[tuple[str, str]],
    keys: Callable[[Member], tuple[str, ...]],
    definition: str,
    beyond: tuple[str, str] | None = None,
) -> Grid:
    columns = people(cohort)
    counting = Counting(code, columns)
    for member in cohort.members:
        for key in keys(member):
            counting.add(key, "people", Unit(member.patient_id))
    headings = [*choices, *([beyond] if beyond else [])]
    return Grid(code, title, title, columns, counting.rows(headings), definition % {"people": under_care_words(cohort)})


def _capitalised(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(code, words[:1].upper() + words[1:]) for code, words in choices]
