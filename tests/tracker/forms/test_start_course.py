from collections.abc import Callable
from datetime import date
from decimal import Decimal

from regimens.models import Course, DosePeriod
from tests.tracker.forms.conftest import World

AZATHIOPRINE = {
    "drug": "azathioprine",
    "on": "05/04/2026",
    "route": "oral",
    "amount": "50",
    "unit": "mg",
    "basis": "flat",
    "frequency": "once_daily",
}
NO_DOSE = {"amount": "", "unit": "", "frequency": ""}


def test_a_catalogue_drug_is_started_with_its_dose(world: World) -> None:
    assert world.save("start_course", world.patient.pk, by=world.nurse, **AZATHIOPRINE).status_code == 302
    course = Course.objects.get(drug="azathioprine")
    assert (course.start_on, course.start_precision, course.role) == (date(2026, 4, 5), "day", "immunosuppressant")
    dose = DosePeriod.objects.get(course=course)
    assert (dose.amount, dose.unit, dose.frequency, dose.from_on) == (Decimal(50), "mg", "once_daily", date(2026, 4, 5))
    assert world.reconciled == [world.patient.pk]


def test_what_is_known_only_in_part_is_recorded_as_such(world: World) -> None:
    typed = AZATHIOPRINE | NO_DOSE | {"on": "2025", "route": "not_recorded"}
    assert world.save("start_course", world.patient.pk, **typed).status_code == 302
    course = Course.objects.get(drug="azathioprine")
    assert (course.start_on, course.start_precision) == (date(2025, 7, 1), "year")
    dose = DosePeriod.objects.get(course=course)
    assert (dose.amount, dose.unit, dose.frequency) == (None, "", "not_recorded")


def test_a_drug_outside_the_catalogue_is_named_in_words(world: World) -> None:
    typed = AZATHIOPRINE | {"drug": "outside", "drug_text": "tofacitinib"}
    assert world.save("start_course", world.patient.pk, **typed).status_code == 302
    course = Course.objects.get(drug_text="tofacitinib")
    assert (course.drug, course.role) == ("", "outside_pathway")


def test_the_catalogue_is_offered_by_generic_name_under_its_role(world: World) -> None:
    text = world.get("start_course", world.patient.pk).content.decode()
    assert '<optgroup label="Immunosuppressant">' in text
    assert '<option value="mycophenolate_mofetil">mycophenolate mofetil</option>' in text
    assert text.index('value="abatacept"') < text.index('value="azathioprine"')


def test_a_link_can_name_the_drug(world: World) -> None:
    text = world.get("start_course", world.patient.pk, query="?drug=tacrolimus").content.decode()
    assert '<option value="tacrolimus" selected>' in text


def test_a_drug_and_words_together_are_refused(world: World, refused: Callable[..., str]) -> None:
    typed = AZATHIOPRINE | {"drug_text": "tofacitinib"}
    text = refused(world.post("start_course", world.patient.pk, **typed), "drug", "one of the two")
    assert 'value="tofacitinib"' in text
    assert '<option value="azathioprine" selected>' in text


def test_a_drug_outside_the_list_needs_its_name(world: World, refused: Callable[..., str]) -> None:
    text = refused(
        world.post("start_course", world.patient.pk, **AZATHIOPRINE | {"drug": "outside"}), "drug", "name one"
    )
    assert '<option value="outside" selected>' in text


def test_how_often_is_chosen_and_never_left_to_a_default(world: World, refused: Callable[..., str]) -> None:
    unsaid = AZATHIOPRINE | {"frequency": ""}
    refused(world.post("start_course", world.patient.pk, **unsaid), "frequency", "Choose how often")
    assert world.save("start_course", world.patient.pk, **unsaid | {"frequency": "not_recorded"}).status_code == 302


def test_an_amount_needs_its_unit(world: World, refused: Callable[..., str]) -> None:
    text = refused(
        world.post("start_course", world.patient.pk, **AZATHIOPRINE | {"unit": ""}), "unit", "needs its unit"
    )
    assert 'name="amount" value="50"' in text
    assert not Course.objects.filter(drug="azathioprine").exists()


def test_a_dose_of_nothing_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(world.post("start_course", world.patient.pk, **AZATHIOPRINE | {"amount": "0"}), "amount", "more than 0")


def test_a_weekly_dose_names_its_weekday_or_says_that_it_is_not_recorded(
    world: World, refused: Callable[..., str]
) -> None:
    weekly = AZATHIOPRINE | {"drug_text": "weekly drug", "drug": "outside", "frequency": "once_weekly"}
    refused(world.post("start_course", world.patient.pk, **weekly), "weekday", "Choose the weekday")
    assert world.save("start_course", world.patient.pk, **weekly | {"weekday": "not_recorded"}).status_code == 302
    dose = DosePeriod.objects.get(course__drug_text="weekly drug")
    assert (dose.frequency, dose.weekday) == ("once_weekly", "")


def test_a_weekday_of_a_daily_dose_is_refused(world: World, refused: Callable[..., str]) -> None:
    refused(
        world.post("start_course", world.patient.pk, **AZATHIOPRINE | {"weekday": "monday"}), "weekday", "once a week"
    )


def test_as_described_needs_its_words(world: World, refused: Callable[..., str]) -> None:
    typed = AZATHIOPRINE | {"frequency": "as_text"}
    refused(world.post("start_course", world.patient.pk, **typed), "frequency_text", "Describe")


def test_an_overlap_names_the_running_course(world: World, refused: Callable[..., str]) -> None:
    typed = AZATHIOPRINE | {"drug": "prednisolone"}
    refused(world.post("start_course", world.patient.pk, **typed), "drug", "started on 05-Jan-2026 and has not stopped")


def test_a_start_may_lie_ahead_but_not_far(world: World, refused: Callable[..., str]) -> None:
    typed = AZATHIOPRINE | {"on": "20/01/2027"}  # 61 days ahead
    refused(world.post("start_course", world.patient.pk, **typed), "on", "days ahead")
    assert world.save("start_course", world.patient.pk, **typed | {"on": "19/01/2027"}).status_code == 302
