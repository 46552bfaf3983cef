"""How dates and numbers are typed."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from patients.inputs import ClockField, DayField, EntryForm, MomentField, NumberField, PartialDay, PartialDayField
from patients.rules.vocabulary import DatePrecision
from tracker import display

TODAY = date(2026, 11, 20)
DAY, MONTH, YEAR, ESTIMATED = DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR, DatePrecision.ESTIMATED


class Typed(EntryForm):
    day = DayField(label="Day")
    partial = PartialDayField(label="Partly")


def day(text: str) -> date:
    field = Typed(today=TODAY).fields["day"]
    read: date = field.clean(text)
    return read


def partial(text: str) -> PartialDay:
    read: PartialDay = Typed(today=TODAY).fields["partial"].clean(text)
    return read


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-05",
        "05/04/2026",
        "5/4/2026",
        "05-Apr-2026",
        "05-apr-2026",
        "5 April 2026",
        "05.04.2026",
        " 05/04/2026 ",
        "05-04-2026",
        "5 Apr. 2026",
    ],
)
def test_one_day_in_many_spellings(text: str) -> None:
    assert day(text) == date(2026, 4, 5)
    assert partial(text) == PartialDay(date(2026, 4, 5), DAY)


def test_the_day_comes_before_the_month() -> None:
    assert day("01/02/2026") == date(2026, 2, 1)
    with pytest.raises(forms.ValidationError):
        day("02/13/2026")


@pytest.mark.parametrize(
    "text", ["30/02/2026", "29/02/2025", "0/4/2026", "32/01/2026", "05/00/2026", "yesterday", "05/04"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    for read in (day, partial):
        with pytest.raises(forms.ValidationError, match="Enter a day"):
            read(text)


@pytest.mark.parametrize("text", ["05/04/26", "05-Apr-26"])
def test_a_year_has_four_digits(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="four digits"):
        day(text)


def test_years_before_1900_are_slips() -> None:
    assert day("01/01/1900") == date(1900, 1, 1)
    with pytest.raises(forms.ValidationError, match="four digits"):
        day("31/12/1899")


def test_a_moment_needs_its_distance_from_utc() -> None:
    field = MomentField(label="Known at")
    moment = datetime(2026, 4, 5, 9, 15, 0, 250, tzinfo=UTC)
    for text in ("2026-04-05T10:15:00.000250+01:00", " 2026-04-05t09:15:00.000250z "):
        assert field.clean(text) == moment
    assert field.clean("05-Oct-2026") == date(2026, 10, 5)
    for wrong in ("2026-04-05T10:15:00", "10:15", "2026-04-05T25:00:00Z", "0001-01-01T00:00:00+23:00", "soon at 9:00"):
        with pytest.raises(forms.ValidationError):
            field.clean(wrong)


def test_today_is_the_day_in_the_clinic() -> None:
    assert day("today") == day("Today") == TODAY


@pytest.mark.parametrize("text", ["06/2026", "2026"])
def test_a_whole_day_is_not_known_in_part(text: str) -> None:
    with pytest.raises(forms.ValidationError):
        day(text)


@pytest.mark.parametrize(
    ("text", "on", "precision"),
    [
        ("04/2026", date(2026, 4, 15), MONTH),
        ("2026-04", date(2026, 4, 15), MONTH),
        ("Apr-2026", date(2026, 4, 15), MONTH),
        ("april 2026", date(2026, 4, 15), MONTH),
        ("Sept 2025", date(2025, 9, 15), MONTH),
        ("2025", date(2025, 7, 1), YEAR),
        ("about 05/04/2026", date(2026, 4, 5), ESTIMATED),
        ("~ 05-Apr-2026", date(2026, 4, 5), ESTIMATED),
        ("about Apr-2026", date(2026, 4, 15), MONTH),
        ("about 2025", date(2025, 7, 1), YEAR),
        ("today", TODAY, DAY),
        # A month or a year still running has no middle yet that anybody could know of.
        ("12/2026", date(2026, 12, 15), MONTH),
        ("11/2026", date(2026, 11, 15), MONTH),
        ("2026", date(2026, 7, 1), YEAR),
    ],
)
def test_a_date_known_in_part(text: str, on: date, precision: DatePrecision) -> None:
    assert partial(text) == PartialDay(on, precision)


def test_the_estimate_of_a_running_month_or_year_is_never_in_the_future() -> None:
    class Early(EntryForm):
        on = PartialDayField(label="On")

    field = Early(today=date(2026, 2, 3)).fields["on"]
    assert field.clean("02/2026").on == date(2026, 2, 3)
    assert field.clean("2026").on == date(2026, 2, 3)
    assert field.clean("01/2026").on == date(2026, 1, 15)


@pytest.mark.parametrize("text", ["j 2026", "ju 2026", "13/2026", "00/2026", "about", "month 2026"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(forms.ValidationError):
        partial(text)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.sampled_from(list(DatePrecision)))
def test_a_date_as_it_is_shown_can_be_typed_again(on: date, precision: DatePrecision) -> None:
    shown = display.day(on, precision)
    again = partial(shown)
    assert display.day(again.on, again.precision) == shown


@pytest.mark.parametrize(("text", "number"), [("7.5", "7.5"), (" 7 ", "7"), (".5", "0.5"), ("-1", "-1"), ("0", "0")])
def test_numbers(text: str, number: str) -> None:
    assert NumberField(label="Number").clean(text) == Decimal(number)


@pytest.mark.parametrize("text", ["7,5", "1e3", "NaN", "Infinity", "1 000", "7.5 mg", "--1", ".", "٣"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="Enter a number in digits"):
        NumberField(label="Number").clean(text)


def test_an_empty_number_is_none() -> None:
    assert NumberField(label="Number").clean("") is None


def test_browsers_are_not_to_remember_what_was_typed() -> None:
    assert str(Typed(today=TODAY)).count('autocomplete="off"') == 2


@pytest.mark.parametrize("text", ["31/12/2200", "01/01/1900"])
def test_the_first_and_the_last_day_that_a_record_takes(text: str) -> None:
    assert day(text) == partial(text).on


@pytest.mark.parametrize("text", ["01/01/2201", "31/12/9999"])
def test_a_day_after_2200_is_a_slip(text: str) -> None:
    for read in (day, partial):
        with pytest.raises(forms.ValidationError, match="after the year 2200"):
            read(text)


@pytest.mark.parametrize("text", ["9999", "12/9999", "about 2201"])
def test_so_is_a_month_or_a_year_after_2200(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="after the year 2200"):
        partial(text)


def test_a_number_longer_than_any_quantity_is_not_even_read() -> None:
    field = NumberField(label="amount")
    assert field.clean("9" * 40) == Decimal("9" * 40)
    with pytest.raises(forms.ValidationError, match="Enter a number"):
        field.clean("9" * 41)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("08:30", time(8, 30)),
        ("8:30", time(8, 30)),
        ("8.30", time(8, 30)),
        ("0830", time(8, 30)),
        (" 23:59 ", time(23, 59)),
        ("00:00", time(0, 0)),
        ("", None),
    ],
)
def test_times_of_day(text: str, at: time | None) -> None:
    assert ClockField(label="At").clean(text) == at


@pytest.mark.parametrize("text", ["24:00", "8:60", "830", "8", "8:3", "8:30 pm", "noon", "08:30:15", "٠٨:٣٠", "-8:30"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(forms.ValidationError, match="24-hour clock"):
        ClockField(label="At").clean(text)


def test_a_time_of_day_is_written_as_it_is_typed() -> None:
    assert ClockField(label="At").prepare_value(time(8, 5)) == "08:05"
    assert ClockField(label="At").prepare_value("8.3o") == "8.3o"
