"""Every number of every table, against the list behind it and against what the rules say of each patient."""

from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.test import Client

from monitoring.rules.audit_findings import AuditOutcome
from monitoring.selectors.audits import audit_summary
from patients.models import Patient, Staff
from patients.rules.vocabulary import PatientStatus, Role, Subtype
from regimens.protocol.cohort import load_cohort
from regimens.rules.vocabulary import MilestoneKind, OutcomeKind, StopReason
from tests.factories import rows
from tests.tracker.pages import a_full_record
from tracker.caseload.cohort import Cohort, asked_for, cohort_of
from tracker.caseload.curves import drug_curves, line_curves
from tracker.caseload.figures import CURVES, figures
from tracker.caseload.figures_monitoring import week_band
from tracker.caseload.filters import Flag, Grouping
from tracker.caseload.grids import Grid
from tracker.caseload.kept import Part
from tracker.caseload.people import behind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache", "on_the_day")]
DAY = date(2026, 6, 1)


@pytest.fixture
def doctor() -> Staff:
    return rows.a_member(Role.DOCTOR, password=None)


def counted(staff: Staff, query: str = "", as_of: date | None = None) -> Cohort:
    asked = asked_for(staff, QueryDict(query), as_of)
    assert asked is not None
    return cohort_of(staff, asked, set(Part))


def a_group(doctor: Staff) -> list[Patient]:
    """A clinic with a bit of everything: lines, stops, remission, death, nothing recorded, the pathway not for them."""
    found = [a_full_record(doctor) for _ in range(3)]
    for number in range(6):
        patient = rows.a_patient(doctor, subtype=Subtype.POLYMYOSITIS.value)
        start = date(2025, 1, 6) + timedelta(days=number)
        rows.a_course(patient, "prednisolone", start, "60")
        stop = {"stop_on": start + timedelta(days=100 + number), "stop_reason": StopReason.INTOLERANT.value}
        rows.a_course(patient, "methotrexate", start, "15", **(stop if number % 2 else {}))
        rows.an_assessment(patient, start, physician_global=6, mmt=100, mmt_maximum=150)
        rows.an_assessment(patient, start + timedelta(days=180), physician_global=1, mmt=148, mmt_maximum=150)
        rows.a_result(patient, "alt", "30", date(2026, 5, 20), unit="U/L")
        found.append(patient)
    rows.a_milestone(found[3], MilestoneKind.REMISSION, date(2026, 2, 2))
    rows.a_course(found[4], "rituximab", date(2025, 9, 1), route="intravenous")
    gone = rows.a_patient_no_longer_under_care(doctor, PatientStatus.DECEASED, status_on=date(2026, 3, 2))
    rows.a_course(gone, "azathioprine", date(2025, 3, 3), "50")
    ibm = rows.a_patient(doctor, subtype=Subtype.INCLUSION_BODY_MYOSITIS.value, born=None)
    rows.an_autoantibody(ibm, "anti-cN1A")
    rows.an_autoantibody(ibm, "anti-something-new")
    return [*found, gone, ibm, rows.a_patient(doctor)]


def every_grid(cohort: Cohort) -> list[Grid]:
    return [figure.build(cohort) for figure in figures().values()]


@pytest.mark.parametrize("query", ["", "by=line&subtype=polymyositis", "by=subtype&ends=intolerant&flag=overdue"])
def test_the_list_behind_each_number_has_as_many_rows(doctor: Staff, query: str) -> None:
    a_group(doctor)
    cohort = counted(doctor, query)
    looked_at = 0
    for grid in every_grid(cohort):
        cells = [cell for row in grid.rows for cell in row.cells]
        # Of the many cells that count nobody one of each table will do.
        for cell in [*(cell for cell in cells if cell.count), *[cell for cell in cells if not cell.count][:1]]:
            people = behind(doctor, cohort, cell.address)
            assert len(people.units) == cell.count, cell.address
            assert not people.unknown
            looked_at += cell.count
    assert looked_at > 0


def test_the_page_of_a_cell_lists_exactly_its_rows(client: Client, doctor: Staff) -> None:
    a_group(doctor)
    client.force_login(doctor)
    cohort = counted(doctor)
    for code in ("line_phase", "stops", "late_item", "response_6", "steroid_after", "in_date_quarter"):
        cells = [cell for row in figures()[code].build(cohort).rows for cell in row.cells]
        # Each page works the clinic out anew inside a test: of each number in a table one cell will do here. That every
        # cell has its list is held by the test above.
        for cell in {cell.count: cell for cell in cells}.values():
            response = client.get("/cohort/patients/", {"cell": cell.address})
            assert len(response.context["people"].units) == cell.count
            assert len(response.context["rows"]) == min(cell.count, 50)


def test_the_code_of_a_grid_is_its_name_in_addresses(doctor: Staff) -> None:
    a_group(doctor)
    cohort = counted(doctor)
    assert [grid.code for grid in every_grid(cohort)] == list(figures())


def test_everybody_under_care_is_in_one_cell_of_line_and_phase(doctor: Staff) -> None:
    a_group(doctor)
    cohort = counted(doctor)
    grid = figures()["line_phase"].build(cohort)
    inner = [cell for row in grid.rows for cell in row.cells if not cell.total]
    assert sum(cell.count for cell in inner) == len(cohort.members) == 11
    assert len({unit.patient_id for cell in inner for unit in cell.units}) == 11
    total = grid.cell("line_phase.all.all")
    assert total is not None
    assert total.count == 11


def test_those_who_left_are_counted_where_time_is_counted(doctor: Staff) -> None:
    a_group(doctor)
    cohort = counted(doctor)
    assert (len(cohort.everyone), cohort.left) == (12, 1)
    stops = figures()["stops"].build(cohort)
    cell = stops.cell("stops.azathioprine.left")
    assert cell is not None
    assert [unit.words for unit in cell.units] == [
        "azathioprine from 03-Mar-2025 to 02-Mar-2026 (364 days): no longer under care"
    ]


def test_antibodies_beyond_the_list_are_counted_as_others(doctor: Staff) -> None:
    a_group(doctor)
    grid = figures()["antibody"].build(counted(doctor))
    numbers = {row.code: row.cells[0].count for row in grid.rows}
    assert numbers == {"jo1": 3, "cn1a": 1, "other": 1, "not_recorded": 7}


def test_looked_for_and_none_positive_is_not_none_recorded(doctor: Staff) -> None:
    rows.an_autoantibody(rows.a_patient(doctor), "anti-Jo-1", finding="negative")
    rows.an_autoantibody(rows.a_patient(doctor), "anti-Jo-1", finding="not_recorded")
    grid = figures()["antibody"].build(counted(doctor))
    assert {row.code: row.cells[0].count for row in grid.rows} == {"none_positive": 1, "not_recorded": 1}


def test_an_unknown_dose_is_never_reached(doctor: Staff) -> None:
    for dose in ("5", "5.5", ""):
        rows.a_course(rows.a_patient(doctor), "prednisolone", date(2026, 1, 5), dose)
    rows.a_patient(doctor)
    (row,) = [row for row in figures()["steroid_now"].build(counted(doctor)).rows if row.code == "all"]
    assert [cell.count for cell in row.cells] == [2, 1, 1]
    assert row.share == "50\u00a0%"


def test_in_date_is_what_the_service_audit_says() -> None:
    admin = rows.a_member(Role.ADMIN, password=None)
    a_group(admin)
    cohort = counted(admin)
    audit = audit_summary(
        admin, rows.clinic_of(admin).pk, "tests_in_date", period_from=DAY, period_until=DAY, as_of=DAY
    )
    grid = figures()["in_date_drug"].build(cohort)
    row = grid.row("all")
    assert row is not None
    assert (row.part, row.whole) == (audit.numerator, audit.denominator)
    assert row.whole > 0
    quarter = figures()["in_date_quarter"].build(cohort).row(DAY.isoformat())
    assert quarter is not None
    assert (quarter.part, quarter.whole) == (audit.numerator, audit.denominator)
    numbers = {cell.address.rpartition(".")[2]: cell.count for cell in quarter.cells}
    assert numbers[AuditOutcome.EXCLUDED] == audit.excluded_count


@pytest.mark.parametrize(
    ("days", "band"),
    [(1, "weeks0"), (7, "weeks0"), (8, "weeks1"), (28, "weeks1"), (29, "weeks4"), (84, "weeks4"), (85, "weeks12")],
)
def test_exactly_so_many_weeks_is_still_the_earlier_column(days: int, band: str) -> None:
    assert week_band(days) == band


def test_response_keeps_what_was_not_measured_in_the_denominator(doctor: Staff) -> None:
    a_group(doctor)
    row = figures()["response_6"].build(counted(doctor)).row("methotrexate")
    assert row is not None
    numbers = {cell.address.rpartition(".")[2]: cell.count for cell in row.cells}
    assert numbers["ended_before"] == 3  # stopped after about 100 days
    assert numbers["not_come"] == 3  # the three full records, begun and stopped this year
    assert row.whole == sum(numbers.values()) - numbers["not_come"] - numbers["ended_otherwise"]
    assert row.part == numbers["major"] + numbers["moderate"] + numbers["minimal"] == 3


def begun(doctor: Staff, start: date, **course: object) -> Patient:
    """Ciclosporin with an assessment at the start and a much better one half a year later."""
    patient = rows.a_patient(doctor, subtype=Subtype.POLYMYOSITIS.value)
    rows.a_course(patient, "ciclosporin", start, "100", **course)
    rows.an_assessment(patient, start, physician_global=6, mmt=100, mmt_maximum=150)
    rows.an_assessment(patient, start + timedelta(days=180), physician_global=1, mmt=148, mmt_maximum=150)
    return patient


def responses_of(cohort: Cohort, row_code: str = "ciclosporin") -> tuple[dict[str, int], str]:
    """The counts of the row of response after 6 months, those of nobody left out, and its share."""
    row = figures()["response_6"].build(cohort).row(row_code)
    assert row is not None
    return {cell.address.rpartition(".")[2]: cell.count for cell in row.cells if cell.count}, row.share


def stopped_after(start: date, days: int, reason: StopReason) -> dict[str, object]:
    return {"stop_on": start + timedelta(days=days), "stop_reason": reason.value}


def test_early_failures_are_not_weighed_without_those_who_go_on(doctor: Staff) -> None:
    """Half a year after a start in February lies in August: nobody of that start belongs to the share in June."""
    old, new = date(2025, 6, 2), date(2026, 2, 2)
    for _ in range(4):
        begun(doctor, old)
    for reason in (StopReason.INEFFECTIVE, StopReason.INTOLERANT):
        begun(doctor, old, **stopped_after(old, 60, reason))
    for _ in range(3):
        begun(doctor, new, **stopped_after(new, 60, StopReason.INEFFECTIVE))
        begun(doctor, new)
    numbers, share = responses_of(counted(doctor))
    assert (numbers["ended_before"], numbers["not_come"]) == (2, 6)
    assert share == "66.7\u00a0%"


def test_other_ends_have_a_column_outside_the_share(doctor: Staff) -> None:
    start = date(2025, 6, 2)
    begun(doctor, start)
    for reason in (StopReason.PLANNED, StopReason.REMISSION, StopReason.DIED, StopReason.PREGNANCY_WISH):
        begun(doctor, start, **stopped_after(start, 60, reason))
    begun(doctor, start, **stopped_after(start, 60, StopReason.INEFFECTIVE))
    died = rows.a_patient_no_longer_under_care(
        doctor, PatientStatus.DECEASED, status_on=start + timedelta(days=60), subtype=Subtype.POLYMYOSITIS.value
    )
    rows.a_course(died, "ciclosporin", start, "100")
    cohort = counted(doctor)
    numbers, share = responses_of(cohort)
    assert (numbers["ended_otherwise"], numbers["ended_before"], share) == (5, 1, "50\u00a0%")
    people = behind(doctor, cohort, "response_6.ciclosporin.ended_otherwise")
    assert len(people.units) == 5
    assert all("ended for another reason before" in unit.words for unit in people.units)
    assert "no part of the share" in people.definition
    heads, *lines = figures()["response_6"].build(cohort).table()
    assert lines[0][heads.index("Ended for another reason before")] == "5"


def test_remission_off_treatment_is_no_failure_of_its_line(doctor: Staff) -> None:
    start = date(2025, 6, 2)
    patient = begun(doctor, start, **stopped_after(start, 60, StopReason.REMISSION))
    rows.a_course(patient, "prednisolone", start, "60", **stopped_after(start, 60, StopReason.REMISSION))
    rows.a_milestone(patient, MilestoneKind.DRUG_FREE_REMISSION, start + timedelta(days=90))
    numbers, share = responses_of(counted(doctor, "by=line"), "2")
    assert (numbers, share) == ({"ended_otherwise": 1}, "")


@pytest.mark.parametrize(("stopped", "column", "improved"), [(189, "not_measured", 0), (190, "major", 1)])
def test_an_assessment_after_the_stop_is_not_credited_to_the_drug(
    doctor: Staff, stopped: int, column: str, improved: int
) -> None:
    start = date(2025, 6, 2)
    patient = rows.a_patient(doctor, subtype=Subtype.POLYMYOSITIS.value)
    rows.a_course(patient, "ciclosporin", start, "100", **stopped_after(start, stopped, StopReason.INEFFECTIVE))
    measures = {"mmt_maximum": 150, "extramuscular_global": 5}
    rows.an_assessment(patient, start, physician_global=8, patient_global=8, haq=2, mmt=100, **measures)
    better = start + timedelta(days=190)
    rows.an_assessment(patient, better, physician_global=0, patient_global=0, haq=0, mmt=150, **measures)
    cohort = counted(doctor)
    assert responses_of(cohort)[0] == {column: 1}
    improvement = figures()["imacs_6"].build(cohort)
    assert sum(cell.count for row in improvement.rows for cell in row.cells) == improved


def test_curves_are_drawn_of_five_people_and_no_fewer(doctor: Staff) -> None:
    fewest = load_cohort().settings.fewest_on_a_curve
    for drug, people in (("methotrexate", fewest), ("azathioprine", fewest - 1)):
        for _ in range(people):
            rows.a_course(rows.a_patient(doctor), drug, date(2026, 1, 5), "15")
    curves = drug_curves(counted(doctor))
    assert [curve.code for curve in curves.drawn] == ["methotrexate", "all"]
    assert [(curve.code, curve.people) for curve in curves.too_few] == [("azathioprine", fewest - 1)]
    assert all(row[0] != "azathioprine" for row in curves.table())


def test_somebody_with_two_drugs_is_one_person_towards_a_curve(doctor: Staff) -> None:
    for _ in range(3):
        patient = rows.a_patient(doctor)
        rows.a_course(patient, "methotrexate", date(2026, 1, 5), "15")
        rows.a_course(patient, "azathioprine", date(2026, 1, 5), "50")
    curves = drug_curves(counted(doctor, "by=subtype"))
    assert curves.drawn == ()
    assert {curve.people for curve in curves.too_few} == {6}


def test_days_that_are_only_estimated_are_counted(doctor: Staff) -> None:
    rows.a_course(rows.a_patient(doctor), "methotrexate", date(2026, 1, 5), "15", start_precision="month")
    rows.a_course(rows.a_patient(doctor), "methotrexate", date(2026, 1, 5), "15")
    assert (drug_curves(counted(doctor)).estimated, line_curves(counted(doctor)).estimated) == (1, 1)


def test_what_counts_as_the_end_is_chosen(doctor: Staff) -> None:
    for reason in (StopReason.INEFFECTIVE, StopReason.INTOLERANT, StopReason.INTOLERANT, StopReason.REMISSION, None):
        stop = {"stop_on": date(2026, 2, 2), "stop_reason": reason.value} if reason else {}
        rows.a_course(rows.a_patient(doctor), "methotrexate", date(2026, 1, 5), "15", **stop)
    events = {
        ends: drug_curves(counted(doctor, f"ends={ends}")).drawn[0].events
        for ends in ("any", "ineffective", "intolerant")
    }
    assert events == {"any": 3, "ineffective": 1, "intolerant": 2}


def test_nothing_lies_above_line_3(doctor: Staff) -> None:
    a_group(doctor)
    codes = {curve.code for curve in (*line_curves(counted(doctor)).drawn, *line_curves(counted(doctor)).too_few)}
    assert codes
    assert codes <= {"1", "2"}


def test_curves_have_a_table_with_every_step(doctor: Staff) -> None:
    a_group(doctor)
    for figure in CURVES.values():
        curves = figure.build(counted(doctor, "by=subtype"))
        heads, *lines = curves.table()
        assert all(len(line) == len(heads) for line in lines)
        assert len(lines) == sum(len(curve.estimate.steps) for curve in curves.drawn if curve.estimate)


@pytest.mark.parametrize("grouping", list(Grouping))
def test_each_grouping_counts_the_same_people_together(doctor: Staff, grouping: Grouping) -> None:
    a_group(doctor)
    cohort = counted(doctor, f"by={grouping}")
    row = figures()["stops"].build(cohort).row("all")
    assert row is not None
    spells = sum(
        kept.role == "immunosuppressant" or (grouping is Grouping.DRUG and kept.role == "immunoglobulin")
        for course in cohort.courses.values()
        for kept in course.drugs
    )
    assert row.cells[-1].count == spells > 0


def test_as_of_an_earlier_day_nothing_later_counts(doctor: Staff) -> None:
    patients = a_group(doctor)
    day = date(2025, 1, 20)
    then = counted(doctor, as_of=day)
    assert {member.patient_id for member in then.everyone if member.first_on} == {
        patient.pk for patient in patients[3:9]
    }
    assert then.not_yet + len(then.everyone) == len(patients)
    grid = figures()["stops"].build(then)
    assert [column.code for column in grid.columns] == ["still", "all"]
    for patient in patients[3:9]:
        rows.a_course(patient, "azathioprine", date(2026, 1, 5), "50")
        rows.an_outcome(patient.courses.get(drug="methotrexate"), OutcomeKind.INEFFECTIVE, date(2026, 1, 5))
    again = counted(doctor, as_of=day)
    assert [grid.table() for grid in every_grid(again)] == [grid.table() for grid in every_grid(then)]


@pytest.mark.parametrize("flag", list(Flag))
def test_each_flag_leaves_whom_it_says(doctor: Staff, flag: Flag) -> None:
    a_group(doctor)
    rows.an_alert(a_full_record(doctor))
    everybody = {member.patient_id for member in counted(doctor).members}
    left = counted(doctor, f"flag={flag}")
    assert {member.patient_id for member in left.members} < everybody
    if flag is Flag.ALERT:
        assert len(left.members) == 1
    if flag is Flag.OVERDUE:
        assert all(member.late for member in left.members)
