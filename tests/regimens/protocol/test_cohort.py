"""The numbers behind the counts: what the file says, that its sentences agree with them, and what is refused."""

import shutil
from pathlib import Path

import pytest

from patients.protocol.place import Part, built_in
from patients.protocol.tables import ProtocolError
from regimens.protocol.cohort import COHORT, load_cohort
from regimens.rules.vocabulary import StopReason
from tests.factories.folders import edited


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(built_in(Part.PATHWAY) / COHORT, tmp_path / COHORT)
    return tmp_path


def test_every_reason_for_a_stop_is_on_one_side() -> None:
    counting = load_cohort().stops_that_count
    assert {StopReason.INEFFECTIVE, StopReason.INTOLERANT, StopReason.NOT_RECORDED} <= counting
    assert counting.isdisjoint({StopReason.PLANNED, StopReason.REMISSION, StopReason.DIED, StopReason.PREGNANCY_WISH})


def test_the_sentences_say_the_numbers() -> None:
    file = load_cohort()
    settings = file.settings
    assert f"within {settings.restart_days} days" in file.rule("cohort.spell").text
    assert f"Fewer than {settings.fewest_on_a_curve} people" in file.rule("cohort.small_numbers").text
    response = file.rule("cohort.response").text
    assert f"{settings.response_window_days} days before it to {settings.response_window_days} days after" in response
    assert "6 and 12 months" in response
    assert "Only those whose day has come are counted" in response
    assert "one after the stop or after the next line was begun does not count" in response
    assert "a column of its own and is no part of the share" in response
    assert settings.response_months == (6, 12)
    assert f"At most {settings.steroid_at_most} mg" in file.rule("cohort.steroid").text


def test_every_rule_says_what_it_rests_on() -> None:
    assert all(rule.source and rule.kind == "local_reading" for rule in load_cohort().rules)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("restart_days = 28", "restart_days = 0", "'restart_days'"),
        ("confidence_percent = 95", "confidence_percent = 100", "'confidence_percent'"),
        ("response_months = [6, 12]", "response_months = [12, 6]", "'response_months'"),
        ("steroid_months = [3, 6, 12, 24]", "steroid_months = []", "'steroid_months'"),
        ("weeks_late_above = [0, 1, 4, 12]", "weeks_late_above = [0, 1, 1]", "'weeks_late_above'"),
        ('"ineffective", "intolerant"', '"intolerant"', "'ineffective' must be named exactly once"),
        ('"planned", "remission"', '"planned", "remission", "other"', "'other' must be named exactly once"),
        ('id = "cohort.line"', 'id = "cohort.spell"', "used twice"),
        ('version = "1"', 'version = ""', "version is empty"),
        ("next_review = 2027-11-23", "next_review = 2026-11-23", "next_review must lie after"),
        ('id = "cohort.line"', 'id = "cohort.other"', "the rule 'cohort.line' is missing"),
        ("restart_days = 28", "restart_days = 14", "its text must say 14"),
        ("steroid_at_most = 5 ", "steroid_at_most = 7.5 ", "its text must say 7.5"),
        ("response_months = [6, 12]", "response_months = [6, 12, 24]", "its text must say 24"),
        ("fewest_on_a_curve = 5", "fewest_on_a_curve = 10", "its text must say 10"),
    ],
)
def test_a_fault_is_named(folder: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        load_cohort(edited(folder, COHORT, old, new))
