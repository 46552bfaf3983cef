"""Patients by what is typed of them: names, numbers, a day of birth."""

import re
from collections.abc import Iterator
from datetime import date
from typing import cast

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from patients.inputs import DayField
from patients.models import Patient, PatientTransfer, Staff
from patients.rules import nhs_number
from patients.rules.vocabulary import TransferStatus
from patients.selectors.records import patients_for

_BORN = DayField(label="day of birth", required=False)
_BETWEEN = re.compile(r"[\s,]+")
_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")
_MOST_TOGETHER = 3  # words of one day or one NHS number
_DIGITS = 10  # of an NHS number


def search_patients(staff: Staff, text: str = "") -> QuerySet[Patient]:
    """Patients whose name, hospital number, NHS number, day or year of birth fits every word of the text, in any order.

    The numbers of records that were merged into one, and those that a patient had in an earlier clinic, find the
    record that holds now; merged records themselves are not found.
    """
    found = patients_for(staff).filter(merged_into__isnull=True)
    for condition in _conditions(text):
        found = found.filter(condition)
    return found


def _conditions(text: str) -> Iterator[Q]:
    """One for each word, or for as many as make up one day or one NHS number between them: 5 April 1968."""
    words = [word for word in _BETWEEN.split(text) if word]
    while words:
        for length in (_MOST_TOGETHER, 2, 1):
            condition = _as_a_whole(" ".join(words[:length])) if length <= len(words) else None
            if condition is not None:
                yield condition
                del words[:length]
                break
        else:
            yield _as_a_word(words.pop(0))


def _as_a_whole(text: str) -> Q | None:
    """What is asked by a day of birth or an NHS number; None for what is neither."""
    born = _as_date(text)
    if born is not None:
        return Q(born=born)
    digits = nhs_number.normalised(text)
    if len(digits) != _DIGITS or not digits.isdigit():
        return None
    numbers = Q(nhs_number=digits) | Q(hospital_number__iexact=digits)
    merged = Patient.objects.filter(numbers, merged_into=OuterRef("pk"))
    return numbers | Exists(merged) | _had_number("iexact", digits)


def _as_a_word(word: str) -> Q:
    named = (
        Q(family_name__icontains=word)
        | Q(given_names__icontains=word)
        | Q(hospital_number__istartswith=word)
        | Exists(Patient.objects.filter(merged_into=OuterRef("pk"), hospital_number__istartswith=word))
        | _had_number("istartswith", word)
    )
    return named | Q(born__year=int(word)) if _YEAR.fullmatch(word) else named


def _had_number(fits: str, number: str) -> Exists:
    """Whether the patient had such a hospital number in a clinic that handed them over."""
    rows = PatientTransfer.objects.filter(patient=OuterRef("pk"), status=TransferStatus.ACCEPTED)
    return Exists(rows.filter(**{f"hospital_number_before__{fits}": number}))


def _as_date(text: str) -> date | None:
    """The day that the text says, in any form that a form page takes; None for what is no day."""
    try:
        return cast("date | None", _BORN.clean(text))
    except ValidationError:
        return None
