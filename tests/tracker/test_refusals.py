"""A refusal of a selector or action becomes the page that fits it, wherever a view wears the wrapper."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from patients.errors import DomainError, MergedAway, NotAllowed, NotFound, Refused
from tracker.views.refusals import refusals_as_pages


@refusals_as_pages()
def view(refusal: Exception | None) -> str:
    if refusal is not None:
        raise refusal
    return "the page"


@pytest.mark.parametrize(
    ("refusal", "answer"),
    [
        (NotFound("No such patient."), Http404),
        (MergedAway("Go on there.", 7), Http404),
        (NotAllowed("Your role does not do this."), PermissionDenied),
    ],
)
def test_is_answered_with_its_message(refusal: DomainError, answer: type[Exception]) -> None:
    with pytest.raises(answer) as shown:
        view(refusal)
    assert str(shown.value) == refusal.message
    # The page about a merged record is found by the context; a cause would stand in every log.
    assert (shown.value.__context__, shown.value.__cause__) == (refusal, None)


def test_what_the_person_can_put_right_stays_with_the_view() -> None:
    with pytest.raises(Refused):
        view(Refused("Say why.", "reason"))


def test_one_wrapper_serves_every_request() -> None:
    with pytest.raises(Http404):
        view(NotFound("No such patient."))
    assert view(None) == "the page"
