"""A second assessment of one day: when a person is asked about it, and in which words."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from patients.rules.reasons import Truth
from patients.rules.record import Assessment, Enzyme
from patients.rules.same_day import DayQuestion, second_assessment, values_of
from patients.rules.vocabulary import DatePrecision, EnzymeName, MrcGrade, MuscleGroup, SevereFeature

DAY = date(2026, 11, 20)
EARLIER = Assessment("7", DAY, physician_global=Decimal("3.0"))
AT = datetime(2026, 11, 20, 9, 5)  # noqa: DTZ001 - by the clinic's clocks


def asked(new: Assessment, earlier: Assessment = EARLIER) -> DayQuestion | None:
    return second_assessment(new, earlier, by="Nora Quill", at=AT, protocol_version="1")


def test_the_one_that_stands_is_named_with_its_values_and_who_entered_it() -> None:
    found = asked(Assessment("8", DAY, physician_global=Decimal(7)))
    assert found is not None
    assert found.text.startswith(
        "an assessment of 20-Nov-2026 is recorded already, entered by Nora Quill on 20-Nov-2026 at 09:05: physician "
        "global 3 cm. If this is to stand in its place, withdraw that one first. Is it a second one of that day?"
    )
    (predicate,) = found.reason.predicates
    assert (predicate.truth, predicate.facts) == (Truth.TRUE, (found.earlier,))
    assert (found.earlier.kind, found.earlier.id) == ("assessment", "7")


@pytest.mark.parametrize(
    ("day", "new", "earlier", "asks"),
    [
        (20, DatePrecision.DAY, DatePrecision.DAY, True),
        (20, DatePrecision.ESTIMATED, DatePrecision.DAY, True),
        (20, DatePrecision.MONTH, DatePrecision.MONTH, True),
        (20, DatePrecision.MONTH, DatePrecision.DAY, False),
        (20, DatePrecision.YEAR, DatePrecision.MONTH, False),
        (19, DatePrecision.DAY, DatePrecision.DAY, False),
        (21, DatePrecision.DAY, DatePrecision.DAY, False),
    ],
)
def test_only_the_same_day_is_asked_about(day: int, new: DatePrecision, earlier: DatePrecision, asks: bool) -> None:
    second = Assessment("8", date(2026, 11, day), precision=new)
    assert (asked(second, replace(EARLIER, precision=earlier)) is not None) is asks


def test_what_stands_there_now_being_another_is_another_question() -> None:
    new = Assessment("8", DAY)
    prints = {
        found.fingerprint
        for earlier in (EARLIER, replace(EARLIER, physician_global=Decimal(4)), replace(EARLIER, id="9"))
        if (found := asked(new, earlier)) is not None
    }
    assert len(prints) == 3


def test_every_value_is_said_in_words() -> None:
    whole = Assessment(
        "7", DAY, haq=Decimal("1.250"), mmt=Decimal("120.0"), mmt_maximum=150, lowest_mrc=MrcGrade.FOUR_MINUS,
        lowest_mrc_group=MuscleGroup.PROXIMAL, enzymes=(Enzyme(EnzymeName.CK, Decimal("9.100"), "ukat/L"),),
        fvc_percent=Decimal("88.0"), severe_features=(SevereFeature.SEVERE_DYSPHAGIA,), cmas=Decimal(0),
    )  # fmt: skip
    assert values_of(whole) == (
        "HAQ 1.25; CMAS 0; FVC 88%; MMT 120 of 150; lowest MRC grade 4-, "
        f"{MuscleGroup.PROXIMAL.label}; creatine kinase (CK) 9.1 µkat/L; {SevereFeature.SEVERE_DYSPHAGIA.label}"
    )
    assert values_of(Assessment("7", DAY, non_severe_confirmed=True)) == "confirmed as not severe"
    assert values_of(Assessment("7", DAY, notes="Came late.")) == "no measure, notes only"
