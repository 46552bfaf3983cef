"""How dates, doses, ages and people are written."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation

from monitoring.rules.findings import DueStatus
from patients.models import Patient
from patients.rules.reasons import Truth
from patients.rules.record import Enzyme
from patients.rules.vocabulary import DatePrecision, EnzymeName
from regimens.rules.record import DosePeriod
from regimens.rules.vocabulary import DoseBasis, DoseUnit, Frequency, OutcomeKind, Weekday
from tracker import display
from tracker.templatetags import clinical

AS_OF = date(2026, 6, 1)
NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        (DatePrecision.DAY, "05-Apr-2026"),
        (DatePrecision.MONTH, "about Apr-2026"),
        (DatePrecision.YEAR, "about 2026"),
        (DatePrecision.ESTIMATED, "about 05-Apr-2026"),
    ],
)
def test_a_date_says_how_exactly_it_is_known(precision: DatePrecision, expected: str) -> None:
    assert display.day(date(2026, 4, 5), precision) == expected


def test_a_missing_date_says_so() -> None:
    assert display.day(None) == "not recorded"
    assert "not recorded" in clinical.clinical_date(None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("7.50", "7.5"), ("10.000", "10"), ("0.5", "0.5"), ("1E+3", "1000"), ("100", "100"), ("0", "0")],
)
def test_numbers_have_no_trailing_zero_and_no_exponent(value: str, expected: str) -> None:
    assert display.number(Decimal(value)) == expected


def a_dose(amount: str | None, frequency: Frequency, **more: Any) -> DosePeriod:
    unit = None if amount is None else DoseUnit.MILLIGRAM
    values: dict[str, Any] = {"unit": unit, "frequency": frequency, **more}
    return DosePeriod("1", AS_OF, None if amount is None else Decimal(amount), **values)


@pytest.mark.parametrize(
    ("dose", "expected"),
    [
        (a_dose("15.0", Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY), f"15{NBSP}mg once a week, on Monday"),
        (a_dose("7.5", Frequency.ONCE_WEEKLY), f"7.5{NBSP}mg once a week, weekday not recorded"),
        (a_dose("2", Frequency.PER_COURSE, basis=DoseBasis.PER_KILOGRAM), f"2{NBSP}mg/kg per course"),
        (a_dose("40", Frequency.NOT_RECORDED), f"40{NBSP}mg, frequency not recorded"),
        (a_dose("60", Frequency.AS_TEXT, frequency_text="then tapered"), f"60{NBSP}mg then tapered"),
        (a_dose(None, Frequency.ONCE_DAILY), "dose not recorded, once a day"),
    ],
)  # fmt: skip
def test_dose_in_words(dose: DosePeriod, expected: str) -> None:
    assert display.dose(dose) == expected


def test_a_dose_on_a_page_is_bold_and_unbreakable() -> None:
    html = clinical.clinical_dose(a_dose("15", Frequency.ONCE_WEEKLY, weekday=Weekday.MONDAY))
    assert html == f'<strong class="dose">15{NBSP}mg</strong> once a week, on Monday'
    assert "dose not recorded" in clinical.clinical_dose(None)
    assert "dose not recorded" in clinical.clinical_dose(a_dose(None, Frequency.ONCE_DAILY))


def test_text_from_the_record_is_escaped() -> None:
    html = clinical.clinical_dose(a_dose("1", Frequency.AS_TEXT, frequency_text="<b>daily</b>"))
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        (date(1968, 6, 1), AS_OF, "58 years"),
        (date(1968, 6, 2), AS_OF, "57 years"),
        (date(2024, 2, 29), date(2026, 2, 28), "23 months"),
        (date(2024, 2, 29), date(2026, 3, 1), "2 years"),
        (date(2026, 5, 1), AS_OF, "1 month"),
        (date(2026, 6, 2), AS_OF, "not yet born on this day"),
        (None, AS_OF, "age not recorded"),
    ],
)
def test_age(born: date | None, on: date, expected: str) -> None:
    assert display.age(born, on) == expected


def a_patient(**values: Any) -> Patient:
    known: dict[str, Any] = {
        "family_name": "Okafor",
        "given_names": "Ada Mary",
        "born": date(1968, 4, 5),
        "sex": "female",
        "nhs_number": "9991234567",
    }
    return Patient(**(known | values))


def test_the_banner_says_who_this_is() -> None:
    expected = f"OKAFOR, Ada Mary (58 years, female, born 05-Apr-1968, NHS no. 999{NBSP}123{NBSP}4567)"
    assert clinical.banner_text(a_patient(), AS_OF) == expected


def test_the_banner_says_what_is_not_recorded() -> None:
    text = clinical.banner_text(a_patient(born=None, sex="not_recorded", nhs_number=""), AS_OF)
    assert text == "OKAFOR, Ada Mary (age not recorded, sex not recorded, born not recorded, NHS no. not recorded)"


def test_the_age_of_somebody_who_died_is_the_age_at_death() -> None:
    patient = a_patient(status="deceased", status_on=date(2026, 4, 4))
    assert clinical.age_on(patient, AS_OF) == "died aged 57 years"
    assert clinical.age_on(patient, date(2026, 4, 3)) == "57 years"


@pytest.mark.parametrize(
    ("status", "days_from_due", "overdue", "expected"),
    [
        (DueStatus.NOT_DUE, 40, 0, "due in 40 days"),
        (DueStatus.DUE_SOON, 1, 0, "due in 1 day"),
        (DueStatus.DUE, 0, 0, "due today"),
        (DueStatus.DUE, -1, 0, "due for 1 day"),
        (DueStatus.OVERDUE, -12, 12, "overdue by 12 days"),
    ],
)
def test_lateness_in_words(status: DueStatus, days_from_due: int, overdue: int, expected: str) -> None:
    due_on = date.fromordinal(AS_OF.toordinal() + days_from_due)
    assert display.due_words(status, due_on, overdue, None, AS_OF) == expected


def test_a_snooze_never_hides_how_late_an_item_is() -> None:
    words = display.due_words(DueStatus.SNOOZED, date(2026, 5, 20), 12, date(2026, 6, 10), AS_OF)
    assert words == "put off until 10-Jun-2026, overdue by 12 days"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (("<", Decimal("5.00"), "U/L", ""), f"<5{NBSP}U/L"),
        (("", None, "", "no growth"), "no growth"),
        (("", None, "", ""), "not recorded"),
        (("", Decimal(3), "", "repeat advised"), "3 (repeat advised)"),
    ],
)
def test_results_in_words(result: tuple[str, Decimal | None, str, str], expected: str) -> None:
    assert display.result_value(*result) == expected


@pytest.mark.parametrize(("limit", "expected"), [("200", " (upper limit 200)"), ("199", " (upper limit 199, above)")])
def test_an_enzyme_above_its_limit_says_so(limit: str, expected: str) -> None:
    enzyme = Enzyme(EnzymeName.CK, Decimal(200), "U/L", Decimal(limit))
    assert clinical.enzyme_words(enzyme) == f"CK{NBSP}200{NBSP}U/L{expected}"


def test_zero_is_a_value_and_nothing_is_not() -> None:
    assert clinical.or_not_recorded(0) == 0
    assert "not recorded" in str(clinical.or_not_recorded(None))
    assert "not recorded" in str(clinical.or_not_recorded(""))
    assert "not recorded" not in clinical.quantity(Decimal(0), "cm")


@pytest.mark.parametrize("truth", list(Truth))
def test_truth_is_a_sign_and_words(truth: Truth) -> None:
    html = clinical.truth_sign(truth)
    assert 'aria-hidden="true"' in html
    assert clinical.truth_word(truth) in html


def test_every_outcome_has_words() -> None:
    assert all(clinical.outcome_label(kind.value) == kind.label for kind in OutcomeKind)


def test_components_keep_text_escaped() -> None:
    text = (
        "{% load components %}"
        "{% panel title=title %}<p>{{ title }}</p>{% endpanel %}{% notice %}{{ title }}{% endnotice %}"
    )
    html = Template(text).render(Context({"title": "<script>"}))
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 3


@pytest.mark.parametrize(
    ("how_many", "expected"),
    [(0, "0"), (999, "999"), (1000, "1,000"), (12_265, "12,265"), (1_000_000, "1,000,000")],
)
def test_counts_are_written_with_separators(how_many: int, expected: str) -> None:
    assert clinical.count(how_many) == expected


def test_counts_follow_the_language_and_not_the_setting_for_numbers(settings: Any) -> None:
    settings.USE_THOUSAND_SEPARATOR = False
    with translation.override("de"):
        assert clinical.count(12_265) == "12.265"


def test_days_and_times_in_a_sentence_stay_on_one_line() -> None:
    held = '<span class="nowrap">05-Apr-2026</span> at <span class="nowrap">14:05</span>'
    for words, expected in (
        ("05-Apr-2026 at 14:05", held),
        ("by A & B, 05-Apr-2026 at 14:05.", f"by A &amp; B, {held}."),
        ("never", "never"),
    ):
        assert Template("{{ words|unbroken }}").render(Context({"words": words})) == expected


@pytest.mark.parametrize(
    ("message", "label", "said"),
    [
        ("Physician global is 0 to 10 cm.", "Physician global", "Physician global is 0 to 10 cm."),
        ("haemoglobin: 13.1 g/L cannot be right.", "haemoglobin", "haemoglobin: 13.1 g/L cannot be right."),
        ("Enter a number.", "Weight in kg", "Weight in kg: Enter a number."),
    ],
)
def test_a_message_that_names_its_field_is_not_told_twice(message: str, label: str, said: str) -> None:
    assert clinical.said_of(message, label) == said
