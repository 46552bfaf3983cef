"""What an address asks for is kept where it is known here, and named where it is not."""

import pytest
from django.http import QueryDict

from patients.addresses import sound_values

KNOWN = {"bucket": {"overdue", "today"}, "sort": {"patient", ""}}


@pytest.mark.parametrize(
    ("query", "sound", "ignored"),
    [
        ("bucket=overdue&sort=patient", {"bucket": "overdue", "sort": "patient"}, []),
        ("bucket=+today+", {"bucket": "today"}, []),
        ("bucket=today&bucket=overdue", {"bucket": "overdue"}, []),
        ("bucket=late", {}, ["bucket “late”"]),
        ("colour=red&page=2", {}, ["colour “red”"]),
        ("bucket=&sort=&colour=", {}, []),
        (f"{'n' * 31}={'v' * 61}", {}, [f"{'n' * 30} “{'v' * 60}”"]),
    ],
)
def test_what_is_known_is_kept_and_the_rest_is_named(query: str, sound: dict[str, str], ignored: list[str]) -> None:
    assert sound_values(QueryDict(query), KNOWN, {"page"}) == (sound, ignored)
