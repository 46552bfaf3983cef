"""What is said of one value while it is typed: what saving would say, and nothing is saved."""

from datetime import date
from decimal import Decimal
from typing import Any

from monitoring.models import Result
from patients.rules.vocabulary import Role
from tests.factories.rows import a_course, a_result
from tests.tracker.forms.conftest import World, member
from tests.tracker.pages import text_of

ALT = {"sampled_on": "05/04/2026", "source": "hand", "alt_0": "30", "alt_1": "U/L"}


def check(world: World, test: str = "alt", *, by: Any = None, **typed: str) -> Any:
    return world.post("result_check", world.patient.pk, query=f"?test={test}", by=by, **typed)


def test_a_value_within_the_limits_says_so_and_nothing_is_saved(world: World) -> None:
    assert "Within the limits of the protocol." in text_of(check(world, **ALT))
    assert not Result.objects.exists()


def test_a_value_that_asks_for_action_says_what_and_why(world: World) -> None:
    said = text_of(check(world, **ALT | {"alt_0": "400"}))
    assert "ALT 400 U/L: above 100 U/L" in said
    saved = world.save("record_results", world.patient.pk, query="?panel=liver", **ALT | {"alt_0": "400"})
    assert saved.status_code == 302


def test_what_saving_would_refuse_is_said_in_the_same_words(world: World) -> None:
    typed = {"sampled_on": "05/04/2026", "source": "hand", "albumin_0": "420", "albumin_1": "g/L"}
    said = text_of(check(world, "albumin", **typed))
    refused = world.post("record_results", world.patient.pk, query="?panel=liver", **typed)
    (words,) = refused.context["form"].errors["albumin"]
    assert "cannot be right" in words
    assert words in said


def test_what_saving_would_ask_is_said_in_the_same_words(world: World) -> None:
    a_result(world.patient, "alt", "62", date(2026, 2, 5), unit="U/L")
    said = text_of(check(world, **ALT | {"alt_0": "620"}))
    asked = world.post("record_results", world.patient.pk, query="?panel=liver", **ALT | {"alt_0": "620"})
    assert [question.text for question in asked.context["guard"] if question.text not in said] == []
    assert "Higher than before: " in said


def test_it_stands_beside_the_last_one_up_to_its_day(world: World) -> None:
    a_result(world.patient, "alt", "40", date(2026, 2, 5), unit="U/L")
    a_result(world.patient, "alt", "10", date(2026, 6, 5), unit="U/L")
    assert "Lower than before: 40 U/L on 05-Feb-2026." in text_of(check(world, **ALT))
    assert "The same as before: " in text_of(check(world, **ALT | {"alt_0": "40"}))


def test_another_unit_is_shown_in_the_own_one(world: World) -> None:
    typed = {"sampled_on": "05/04/2026", "source": "hand", "creatinine_0": "0.9", "creatinine_1": "mg/dL"}
    assert "= 79.6 µmol/L" in text_of(check(world, "creatinine", **typed))


def test_above_the_limit_typed_beside_it(world: World) -> None:
    assert "Above its upper limit." in text_of(check(world, **ALT | {"alt_2": "29"}))
    assert "Above its upper limit." not in text_of(check(world, **ALT | {"alt_2": "30"}))


def test_a_level_at_another_time_says_that_it_does_not_count(world: World) -> None:
    a_course(world.patient, "tacrolimus", date(2026, 3, 1), "2")
    typed = {"sampled_on": "05/04/2026", "source": "hand", "tacrolimus_level_0": "6", "tacrolimus_level_1": "ng/mL"}
    said = text_of(check(world, "tacrolimus_level", **typed, tacrolimus_level_4="3"))
    assert "3 h after the dose" in said


def test_an_empty_row_says_nothing_and_half_a_form_is_no_error(world: World) -> None:
    assert text_of(check(world, sampled_on="", alt_0="")).strip() == ""
    assert "the day of the sample cannot be read" in text_of(check(world, sampled_on="", alt_0="30", alt_1="U/L"))
    assert "Enter a number" in text_of(check(world, **ALT | {"alt_0": "many"}))
    assert "in the future" in text_of(check(world, **ALT | {"sampled_on": "21/11/2026"}))


def test_other_rows_are_not_looked_at(world: World) -> None:
    assert "albumin" not in text_of(check(world, **ALT, albumin_0="420", albumin_1="g/L"))


def test_a_finding_in_words_has_no_limit(world: World) -> None:
    said = text_of(check(world, "tpmt_activity", sampled_on="05/04/2026", source="hand", tpmt_activity="odd"))
    assert "No limit of the protocol speaks about it." in said or "needs action" in said or "to look at" in said


def test_who_may_not_record_is_refused_and_a_stranger_told_nothing(world: World) -> None:
    assert check(world, by=world.stranger, **ALT).status_code == 404
    assert check(world, by=member(Role.AUDITOR, world.clinic), **ALT).status_code == 403
    assert check(world, "nonsense", **ALT).status_code == 404
    assert world.get("result_check", world.patient.pk).status_code == 405


def test_the_limit_of_the_row_is_not_of_the_record(world: World) -> None:
    a_result(world.patient, "alt", "62", date(2026, 2, 5), unit="U/L", upper_limit=Decimal(20))
    assert "Above its upper limit." not in text_of(check(world, **ALT))
