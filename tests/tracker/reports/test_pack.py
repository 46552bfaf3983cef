"""What a pack says of itself."""

import csv
import io
import json
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from pypdf import PdfReader

from patients.acting import Acting, acting_as
from patients.models import Clinic, Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.reports.asking import a_pack, a_run, manifest_of, member, the_question
from tracker.models import Event, EventKind, Seal
from tracker.reports.actions import make_report
from tracker.reports.cells import as_text, shown
from tracker.reports.definitions import AsOf, Question, ReportFormat
from tracker.reports.pack import read_me
from tracker.reports.paper import Letterhead
from tracker.reports.registry import TRAIL_REPORTS
from tracker.reports.trail import as_of_now


def an_ordinary_letterhead() -> Letterhead:
    return Letterhead("Sample", "What is it?", "Nothing.", (("Clinic", "One"),), "Sample, foot")


@pytest.fixture
def admin() -> Staff:
    return rows.a_member(Role.ADMIN, first_name="Ada", last_name="Admin")


@pytest.fixture
def some_activity(admin: Staff) -> None:
    with acting_as(Acting(admin.pk, "request-1", "page sample", "=1+1; a “reason”\nof two lines 😀")):
        for number in range(3):
            rows.a_weight(rows.a_patient(admin, hospital_number=f"H{number}"))


@pytest.mark.django_db
def test_the_manifest_says_everything(admin: Staff, some_activity: None) -> None:
    clinic = rows.clinic_of(admin)
    pack = a_pack(admin, "activity", filters={"patient": "H1", "done": "insert"})
    manifest = manifest_of(pack)
    assert manifest["report"]["slug"] == "activity"
    assert manifest["clinic"] == {"slug": clinic.slug, "name": clinic.name, "time_zone": "Europe/London"}
    assert manifest["filters"] == {"patient": "H1", "done": "entered"}
    assert manifest["asked_by"] == {"id": admin.pk, "login": admin.username, "name": "Ada Admin"}
    assert (manifest["rows"], manifest["rows_when_asked"], manifest["patients"]) == (2, 2, 1)
    assert manifest["as_of"]["last_event"] <= Event.objects.latest("id").pk
    assert manifest["software"]
    assert "pathway" in manifest["protocol"]
    newest = Seal.objects.order_by("-id").first()
    assert manifest["trail"]["head"] == (bytes(newest.head).hex() if newest else None)
    assert set(manifest["files"]) == {"activity.csv", "dictionary.csv", "README.txt", "check_pack.py"}


@pytest.mark.parametrize(
    ("moment", "counted_until"),
    [("2026-06-29 22:59", date(2026, 6, 29)), ("2026-06-29 23:00", None), ("2026-07-01 12:00", None)],
)
def test_a_period_that_had_not_ended_by_the_clinics_clocks_says_until_when_it_is_counted(
    moment: str, counted_until: date | None
) -> None:
    as_of = AsOf(datetime.fromisoformat(f"{moment}+00:00"), "1:1:", "1", 0)
    clinic = Clinic(name="North", time_zone="Europe/London")
    question = Question("activity", clinic, date(2026, 6, 1), date(2026, 6, 30), as_of)
    said = read_me(TRAIL_REPORTS[0], question, "activity.csv")
    assert question.counted_until == counted_until
    assert ("it had not ended and is counted until 29-Jun-2026" in said) is (counted_until is not None)


@pytest.mark.django_db
def test_the_dictionary_explains_every_column(admin: Staff) -> None:
    for report in TRAIL_REPORTS:
        pack = a_pack(admin, report.slug)
        lines = list(csv.DictReader(io.StringIO(member(pack, "dictionary.csv").decode("utf-8-sig"), newline="")))
        header = next(csv.reader(io.StringIO(member(pack, f"{report.slug}.csv").decode("utf-8-sig"), newline="")))
        assert [line["column"] for line in lines] == header == [column.key for column in report.columns]
        assert all(line["meaning"] and line["type"] for line in lines)


@pytest.mark.django_db
def test_every_format_holds_the_rows_of_the_screen(admin: Staff, some_activity: None) -> None:
    report, question = the_question(admin, "activity")  # to make a pack is activity too: it comes after this moment
    screen = [row.values for row in report.rows(admin, question)]
    wanted = [[as_text(value) for value in row] for row in screen]
    assert len(wanted) >= 6

    def packed(format: str) -> bytes:
        return member(a_pack(admin, format=format, as_of=question.as_of), f"activity.{format}")

    lines = list(csv.reader(io.StringIO(packed("csv").decode("utf-8-sig"), newline="")))
    assert [[cell.removeprefix("'") for cell in line] for line in lines[1:]] == wanted
    found = packed("jsonl").decode().splitlines()
    assert [["" if cell is None else str(cell) for cell in json.loads(line).values()] for line in found] == wanted
    book = openpyxl.load_workbook(io.BytesIO(packed("xlsx")))
    cells = [["" if cell.value is None else str(cell.value) for cell in line] for line in book["Report"].iter_rows()]
    assert cells[1:] == wanted
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(packed("pdf"))).pages)
    keys = [column.key for column in report.columns]
    for row in screen:
        for key in ("at", "kind", "event"):
            assert "".join(shown(row[keys.index(key)]).split()) in text


@pytest.mark.django_db
@pytest.mark.parametrize("format", [ReportFormat.CSV, ReportFormat.JSON_LINES, ReportFormat.XLSX])
def test_the_same_data_make_the_same_file(admin: Staff, some_activity: None, format: ReportFormat) -> None:
    as_of = as_of_now()
    one, two = (member(a_pack(admin, "activity", format.value, as_of=as_of), f"activity.{format.value}") for _ in "ab")
    assert one == two


@pytest.mark.django_db
def test_no_member_leads_out_of_the_folder_it_is_unpacked_in(admin: Staff) -> None:
    with zipfile.ZipFile(io.BytesIO(a_pack(admin))) as archive:
        assert all("/" not in name and not name.startswith(".") for name in archive.namelist())


@pytest.mark.django_db
def test_whose_data_were_packed_is_in_the_trail(
    admin: Staff, some_activity: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.reports.actions.PATIENTS_OF_ONE_EVENT", 2)
    run = a_run(admin)
    pack_events = Event.objects.filter(kind=EventKind.ACCESS, subject="export", new__run=run.pk)
    assert [event.new and event.new["step"] for event in pack_events] == ["asked for"]
    make_report(run.pk)
    run.refresh_from_db()
    packed = list(pack_events.filter(new__step="packed").order_by("id"))
    ids = [pk for event in packed for pk in [*(event.patient_ids or []), event.patient_id] if pk is not None]
    assert len(packed) == 2
    assert len(ids) == 3 == run.manifest["patients"]
    assert {event.actor_id for event in packed} == {admin.pk}
    assert {event.new["sha256"] for event in packed if event.new} == {run.sha256}
