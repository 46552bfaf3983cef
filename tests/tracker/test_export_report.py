"""The command: the same pack as the page's, in somebody's name and with what they may see."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from patients.models import Staff
from patients.rules.vocabulary import Role
from tests.factories import rows
from tests.tracker.reports.asking import manifest_of, period
from tracker.models import Event, ReportChunk, ReportRun
from tracker.reports.check_pack import problems

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    admin = rows.a_member(Role.ADMIN)
    rows.a_weight(rows.a_patient(admin, hospital_number="H1"))
    return admin


def export(by: Staff, out: Path, report: str = "activity", **options: Any) -> None:
    clinic = options.pop("clinic", None) or rows.clinic_of(by)
    first, last = period(clinic)
    arguments = ["--clinic", clinic.slug, "--from", str(first), "--until", str(last), "--out", str(out)]
    arguments += ["--format", options.pop("format", "csv"), "--by", options.pop("login", by.username)]
    arguments += [word for one in options.pop("filters", ()) for word in ("--filter", one)]
    arguments += ["--known-at", options.pop("known_at")] if "known_at" in options else []
    call_command("export_report", report, *arguments)


def test_a_pack_in_a_file(admin: Staff, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "pack.zip"
    export(admin, out, filters=["patient=H1"])
    run = ReportRun.objects.get()
    assert problems(str(out)) == []
    assert manifest_of(out.read_bytes())["filters"] == {"patient": "H1"}
    assert f"{run.rows_done} rows" in capsys.readouterr().out
    assert (run.status, run.asked_by) == (ReportRun.Status.EXPIRED, admin)  # nothing of it is kept
    assert not ReportChunk.objects.exists()
    exported = Event.objects.filter(subject="export", new__run=run.pk)
    assert {(event.actor_id, event.origin) for event in exported} == {(admin.pk, "command export_report")}
    assert [one.name for one in tmp_path.iterdir()] == ["pack.zip"]


def test_days_that_no_page_takes_are_refused(admin: Staff, tmp_path: Path) -> None:
    for until in ("2201-01-01", "9999-12-31", "soon"):
        with pytest.raises(CommandError, match=until):
            call_command("export_report", "activity", "--until", until)
    out = tmp_path / "pack.zip"
    furthest = ["--from", "1900-01-01", "--until", "2200-12-31", "--clinic", rows.clinic_of(admin).slug]
    call_command("export_report", "access", *furthest, "--format", "csv", "--out", str(out), "--by", admin.username)
    assert problems(str(out)) == []


def test_an_audit_as_known_at_an_earlier_moment(admin: Staff, tmp_path: Path) -> None:
    audit, out = "audit-tests-in-date", tmp_path / "then.zip"
    then = timezone.now()
    rows.a_patient(admin, hospital_number="H2")
    export(admin, out, audit, known_at=then.isoformat())
    manifest = manifest_of(out.read_bytes())
    assert (manifest["known_at"], manifest["rows"]) == ({"moment": then.isoformat(), "chosen": True}, 1)
    for wrong, said in (("2026-04-05T10:15:00", "distance from UTC"), ("yesterday", "no moment")):
        with pytest.raises(CommandError, match=said):
            export(admin, tmp_path / "none.zip", audit, known_at=wrong)
    with pytest.raises(CommandError, match="nothing is corrected"):
        export(admin, tmp_path / "none.zip", known_at=then.isoformat())


def test_who_may_not_gets_nothing(admin: Staff, tmp_path: Path) -> None:
    out = tmp_path / "pack.zip"
    nurse = rows.a_member(Role.NURSE, rows.clinic_of(admin))
    with pytest.raises(CommandError, match="does not run audit reports"):
        export(nurse, out)
    with pytest.raises(CommandError, match="No such clinic"):
        export(admin, out, clinic=rows.a_clinic())
    for login in ("nobody", rows.a_stranger(is_active=False).username):
        with pytest.raises(CommandError, match="no open account"):
            export(admin, out, login=login)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over_and_nothing_left_half(admin: Staff, tmp_path: Path, settings: Any) -> None:
    out = tmp_path / "pack.zip"
    out.write_text("mine")
    with pytest.raises(CommandError, match="is there already"):
        export(admin, out)
    assert out.read_text() == "mine"
    with pytest.raises(CommandError, match="cannot be written"):
        export(admin, tmp_path / "none" / "pack.zip")
    settings.REPORT_PDF_ROWS = 1
    with pytest.raises(CommandError, match="Choose CSV"):
        export(admin, tmp_path / "other.zip", format="pdf")
    assert [one.name for one in tmp_path.iterdir()] == ["pack.zip"]
