"""How well monitoring keeps up: tests in date as the service audit defines it, and what is overdue for how long."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from monitoring.protocol.load import load as load_monitoring
from monitoring.rules.audit_findings import AuditOutcome
from regimens.protocol.cohort import load_cohort
from tracker import display
from tracker.caseload.cohort import Cohort
from tracker.caseload.figures_now import under_care_words
from tracker.caseload.filters import drug_choices
from tracker.caseload.grids import ALL, Column, Counting, Grid, Unit
from tracker.caseload.members import Late, Member

NO_RESULTS = "no_results"
_DEFINED = gettext_noop(
    "In date is what the service audit of tests in date calls so: no blood or urine test and no drug level overdue. "
    "The share is of those with such a test asked for that can be judged."
)


def outcome_columns() -> tuple[Column, ...]:
    return (
        Column(AuditOutcome.MET.value, _("In date"), of=True, met=True),
        Column(AuditOutcome.NOT_MET.value, _("Something overdue"), of=True),
        Column(AuditOutcome.UNJUDGED.value, _("Cannot be judged")),
        Column(AuditOutcome.EXCLUDED.value, _("Nothing asked, or paused")),
    )


def in_date_drug(cohort: Cohort) -> Grid:
    """Tests in date by drug taken: of each person all tests are looked at, whichever drug asks for them."""
    counting = Counting("in_date_drug", outcome_columns())
    for member in cohort.members:
        if member.in_date:
            unit = Unit(member.patient_id, member.in_date_words)
            for drug in (*member.drugs_now, ALL):
                counting.add(drug, member.in_date, unit)
    asking = {name for name, drug in load_monitoring().drugs.items() if not drug.nothing_needed}
    headings = [(drug, name) for drug, name in drug_choices() if drug in asking]
    return Grid(
        "in_date_drug",
        _("Tests in date, by drug taken"),
        _("Drug taken now"),
        counting.columns,
        counting.rows([*headings, (ALL, _("All under care"))]),
        _("Of %(people)s. %(defined)s Of each person every test is looked at, whichever drug asks for it.")
        % {"people": under_care_words(cohort), "defined": _(_DEFINED)},
        share_heading=_("Share in date"),
        empty=_no_audit(cohort),
    )


def in_date_quarter(cohort: Cohort) -> Grid:
    """Tests in date at the end of each quarter, with the record as it is now read back to that day."""
    weeks = load_cohort().settings.no_results_days // 7
    columns = (
        *outcome_columns()[:3],
        Column(AuditOutcome.EXCLUDED.value, _("Nothing asked, paused, or left")),
        Column(NO_RESULTS, _("Overdue, and no result in the %(weeks)d weeks before") % {"weeks": weeks}),
    )
    counting = Counting("in_date_quarter", columns)
    days = []
    for member in cohort.everyone:
        for found in cohort.quarters.get(member.patient_id, ()):
            days.append(found.on)
            if found.outcome:
                unit = Unit(member.patient_id, found.words)
                counting.add(found.on.isoformat(), found.outcome, unit)
                if found.no_results and found.outcome == AuditOutcome.NOT_MET:
                    counting.add(found.on.isoformat(), NO_RESULTS, unit)
    headings = [(on.isoformat(), display.day(on)) for on in sorted(set(days))]
    return Grid(
        "in_date_quarter",
        _("Tests in date over time"),
        _("At the end of"),
        columns,
        counting.rows(headings),
        _(
            "Of everybody counted here who was known by each day; those who had left by then are counted apart. "
            "%(defined)s What was entered late counts for the day on which it happened. Those in the last column are "
            "overdue as well: where there are many, results of that time may have been entered nowhere."
        )
        % {"defined": _(_DEFINED)},
        share_heading=_("Share in date"),
        empty=_no_audit(cohort),
    )


def late_item(cohort: Cohort) -> Grid:
    """Overdue items by how late they are."""
    names = {late.item: late.name for member in cohort.members for late in member.late}
    return _heat(
        cohort, "late_item", _("Overdue, by test or item"), _("Test or item"), sorted(names.items(), key=_words)
    )


def late_drug(cohort: Cohort) -> Grid:
    """Overdue items by the drug that drives them."""
    return _heat(cohort, "late_drug", _("Overdue, by drug that asks"), _("Drug"), drug_choices())


def late_clinic(cohort: Cohort) -> Grid:
    """Overdue items by clinic."""
    clinics = [(str(pk), name) for pk, name in cohort.clinic_names.items()]
    return _heat(cohort, "late_clinic", _("Overdue, by clinic"), _("Clinic"), clinics)


_ROW_OF: dict[str, Callable[[Member, Late], str]] = {
    "late_item": lambda member, late: late.item,
    "late_drug": lambda member, late: late.drug,
    "late_clinic": lambda member, late: str(member.clinic_id),
}


def _heat(cohort: Cohort, code: str, title: str, heading: str, headings: Iterable[tuple[str, str]]) -> Grid:
    columns = (*week_columns(), Column(ALL, _("All")))
    counting = Counting(code, columns)
    for member in cohort.members:
        for late in member.late:
            row, unit = _ROW_OF[code](member, late), _unit(member, late)
            for band in (week_band(late.days), ALL):
                counting.add(row, band, unit)
    rows = counting.rows(headings)
    checked = ngettext("%(count)s person", "%(count)s people", len(cohort.members)) % {
        "count": f"{len(cohort.members):,}"
    }
    return Grid(
        code,
        title,
        heading,
        columns,
        tuple(sorted(rows, key=lambda row: (-row.cells[-1].count, row.heading))),
        _(
            "Each item overdue for one of %(people)s counts once, by the drug that asks for it first; what was only "
            "put off still counts, what is paused does not."
        )
        % {"people": under_care_words(cohort)},
        empty=_("Nothing is overdue. Looked at: every test and item asked for by the drugs of %(people)s.")
        % {"people": checked},
    )


def week_columns() -> tuple[Column, ...]:
    """`Up to 1 week`, `over 1 to 4 weeks`, … `over 12 weeks` overdue."""
    above = load_cohort().settings.weeks_late_above
    found = []
    for first, following in zip(above, (*above[1:], None), strict=True):
        if following is None:
            words = _("Over %(weeks)d weeks") % {"weeks": first}
        elif first == 0:
            words = ngettext("Up to %(weeks)d week", "Up to %(weeks)d weeks", following) % {"weeks": following}
        else:
            words = _("Over %(first)d to %(last)d weeks") % {"first": first, "last": following}
        found.append(Column(f"weeks{first}", words))
    return tuple(found)


def week_band(days: int) -> str:
    """The column of so many days overdue: exactly one week is still up to one week."""
    above = load_cohort().settings.weeks_late_above
    return f"weeks{max(weeks for weeks in above if days > weeks * 7)}"


def _unit(member: Member, late: Late) -> Unit:
    return Unit(
        member.patient_id, _("%(item)s, overdue by %(days)s") % {"item": late.name, "days": display.days(late.days)}
    )


def _words(pair: tuple[str, str]) -> str:
    return pair[1]


def _no_audit(cohort: Cohort) -> str:
    if cohort.has_audit:
        return _("Nobody here takes a drug that asks for such tests.")
    return _("The protocol in force defines no audit of tests in date, so nothing can be said of it here.")
