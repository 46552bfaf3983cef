"""The third step of starting a course: the monitoring that the drug adds."""

from tests.tracker.forms.conftest import World
from tests.tracker.forms.test_start_course import AZATHIOPRINE
from tests.tracker.pages import text_of


def test_the_visits_that_the_drug_adds_stand_beside_those_that_exist(world: World) -> None:
    world.begin(**AZATHIOPRINE | {"on": "20/11/2026"})
    found = world.get("start_course_calendar", world.patient.pk)
    preview, text = found.context["preview"], text_of(found)
    assert "Start azathioprine on 20-Nov-2026: 50 mg once a day" in text
    assert f"{preview.visits_then} visits with these changes; {preview.visits_now} as recorded" in text
    added = {item.name for visit in preview.visits for item in visit.items if item.key in visit.added}
    assert "TPMT (wait for the result)" in added


def test_it_leads_on_and_back(world: World) -> None:
    world.begin(**AZATHIOPRINE)
    text = world.get("start_course_calendar", world.patient.pk).content.decode()
    assert f'href="/patients/{world.patient.pk}/courses/new/confirm/"' in text
    assert f'href="/patients/{world.patient.pk}/courses/new/baseline/"' in text
