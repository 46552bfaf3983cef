"""What an address may say, what it means, and that it never holds more than words, ids and a day."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict

from patients.models import Staff
from regimens.rules.after_start import SteroidThen
from tests.factories import rows
from tracker.caseload.cohort import asked_for
from tracker.caseload.filters import (
    AskedCohort,
    CohortFilters,
    age_band,
    age_band_words,
    chips,
    offered,
)
from tracker.caseload.members import Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
DAY = date(2026, 6, 1)
MEMBER = Member(
    patient_id=1,
    clinic_id=1,
    under_care=True,
    first_on=DAY,
    subtype="dermatomyositis",
    age=50,
    antibodies=("jo1", "ro52"),
    in_scope=True,
    line=2,
    phase="induction",
    severity="severe",
    drugs_now=("methotrexate",),
    drugs_ever=("azathioprine", "methotrexate"),
    conditions=("pregnancy",),
    steroid=SteroidThen.ABOVE,
    steroid_milligrams=None,
    late=(),
    in_date="met",
    in_date_words="",
    no_results=False,
    open_questions=1,
)


@pytest.fixture
def doctor() -> Staff:
    return rows.a_member(password=None)


def asked(staff: Staff, query: str, as_of: date | None = None) -> AskedCohort:
    found = asked_for(staff, QueryDict(query), as_of)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("fits", "does_not"),
    [
        ({"clinic": 1}, {"clinic": 2}),
        ({"subtype": "dermatomyositis"}, {"subtype": "polymyositis"}),
        ({"antibody": "ro52"}, {"antibody": "mi2"}),
        ({"line": "2"}, {"line": "0"}),
        ({"phase": "induction"}, {"phase": "relapse"}),
        ({"drug_now": "methotrexate"}, {"drug_now": "azathioprine"}),
        ({"drug_ever": "azathioprine"}, {"drug_ever": "rituximab"}),
        ({"condition": "pregnancy"}, {"condition": "ild"}),
        ({"age": "40"}, {"age": "65"}),
        ({"flags": ("severe", "question")}, {"flags": ("severe", "overdue")}),
        ({"flags": ("alert",)}, {"flags": ("steroid_unknown",)}),
    ],
)
def test_each_filter_leaves_whom_it_says(fits: dict[str, Any], does_not: dict[str, Any]) -> None:
    alerts = frozenset({1})
    assert CohortFilters(**fits).holds(MEMBER, alerts)
    assert not CohortFilters(**does_not).holds(MEMBER, alerts)


def test_whom_the_pathway_is_not_for_has_no_phase() -> None:
    out = replace(MEMBER, in_scope=False)
    assert not CohortFilters(phase="induction").holds(out, frozenset())
    assert CohortFilters().holds(out, frozenset())


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "0"), (17, "0"), (18, "18"), (39, "18"), (40, "40"), (64, "40"), (65, "65"), (None, "not_recorded")],
)
def test_age_bands_begin_with_their_year(age: int | None, band: str) -> None:
    assert age_band(age) == band


def test_age_bands_in_words() -> None:
    words = [age_band_words(band) for band in ("0", "18", "65", "not_recorded")]
    assert words == ["under 18 years", "18 to 39 years", "65 years and over", "age not recorded"]


def test_an_address_is_read_and_written_the_same(doctor: Staff) -> None:
    query = "subtype=polymyositis&line=2&flag=overdue&flag=severe&by=line&ends=ineffective&as_of=2026-05-01"
    found = asked(doctor, query, date(2026, 5, 1))
    assert found.ignored == ()
    again = asked(doctor, found.query, date(2026, 5, 1))
    assert (again.filters, again.query) == (found.filters, found.query)
    assert found.query == (
        "subtype=polymyositis&line=2&flag=overdue&flag=severe&by=line&ends=ineffective&as_of=2026-05-01"
    )


def test_today_and_what_is_open_are_left_out_of_the_address(doctor: Staff) -> None:
    assert asked(doctor, "subtype=&line=", DAY).query == ""


@pytest.mark.parametrize(
    "query", ["subtype=mumps", "line=9", "clinic=999999", "antibody=anti-Jo-1", "name=Okafor", "flag=x", "by=name"]
)
def test_what_means_nothing_is_named_and_left_out(doctor: Staff, query: str) -> None:
    found = asked(doctor, query)
    assert found.filters == CohortFilters()
    assert len(found.ignored) == 1
    assert query.partition("=")[2] in found.ignored[0]


def test_a_day_to_come_is_named_and_today_taken(doctor: Staff) -> None:
    found = asked(doctor, "", date(2026, 6, 2))
    assert (found.as_of, found.ignored) == (DAY, ("a day that has not come yet",))


def test_another_clinic_is_not_offered_and_means_nothing(doctor: Staff) -> None:
    other = rows.a_clinic()
    found = asked(doctor, f"clinic={other.pk}")
    assert found.filters.clinic is None
    assert found.ignored
    assert "clinic" not in {one.name for one in offered(found)}


def test_each_chip_leads_to_the_address_without_it(doctor: Staff) -> None:
    found = asked(doctor, "subtype=polymyositis&flag=overdue&flag=severe")
    assert [(chip.words, chip.query) for chip in chips(found)] == [
        ("Subtype: polymyositis", "flag=overdue&flag=severe"),
        ("something overdue", "subtype=polymyositis&flag=severe"),
        ("severe disease", "subtype=polymyositis&flag=overdue"),
    ]


def test_who_belongs_to_no_clinic_asks_for_nobody() -> None:
    assert asked_for(rows.a_stranger(password=None), QueryDict(""), None) is None
