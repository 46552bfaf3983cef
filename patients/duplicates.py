"""Who of a person's own clinics may be somebody there already. Another clinic's patients are never spoken of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Lower

from patients.models import Patient, Staff
from patients.rules.likeness import Identity, Likeness, LikenessFinding, birthdays_to_look_at, likeness, plain
from patients.rules.permissions import Permission
from patients.rules.vocabulary import DatePrecision, Sex
from patients.seen import seen
from patients.selectors import clinic_for, clinics_of, patients_for

MOST_LOOKED_AT = 200  # rows: what one registration may cost, whatever the size of the clinics
MOST_PAIRS_LOOKED_AT = 2_000
MOST_PAIRS = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recorded patient who may be the person asked about, and why. For a merged record it is the one kept."""

    patient: Patient
    finding: LikenessFinding


@dataclass(frozen=True, slots=True)
class AlikePair:
    """Two records of one clinic that may be about one person."""

    one: Patient
    other: Patient
    finding: LikenessFinding


@dataclass(frozen=True, slots=True)
class AlikePairs:
    """The pairs of a clinic, the likeliest first. `more`: others come into sight as these are settled."""

    pairs: tuple[AlikePair, ...]
    more: bool


def identity_of(patient: Patient) -> Identity:
    """Who a patient is, as the rule reads it."""
    return Identity(
        id=str(patient.pk),
        family_name=patient.family_name,
        given_names=patient.given_names,
        born=patient.born,
        born_precision=DatePrecision(patient.born_precision),
        sex=Sex(patient.sex),
        nhs_number=patient.nhs_number,
    )


def alike(staff: Staff, patient: Patient) -> list[Candidate]:
    """Other patients of the person's clinics who may be this one, the likeliest first; two queries at most.

    They are looked for by NHS number, date of birth (also with day and month exchanged) and name, each by an index;
    the rule then judges MOST_LOOKED_AT of them at the most. A name mistyped together with the date of birth is not
    found.
    """
    asked = identity_of(patient)
    others = patients_for(staff)
    if patient.pk is not None:
        others = others.exclude(Q(pk=patient.pk) | Q(merged_into=patient.pk))
    found: dict[int, Candidate] = {}
    for row in _to_look_at(others, asked).select_related("merged_into__clinic")[:MOST_LOOKED_AT]:
        finding = likeness(identity_of(row), asked)
        if finding is None:
            continue
        kept = row.merged_into or row
        before = found.get(kept.pk)
        if before is None or before.finding.likeness is Likeness.POSSIBLE:
            found[kept.pk] = Candidate(kept, finding)
    # A record merged here may have been kept and handed over since: then it is no longer for this person's eyes.
    readable = {clinic.pk for clinic in clinics_of(staff)}
    mine = [one for one in found.values() if one.patient.clinic_id in readable and one.patient.pk != patient.pk]
    seen(one.patient.pk for one in mine)
    return sorted(mine, key=lambda one: (one.finding.likeness is not Likeness.LIKELY, one.patient.pk))


def newly_alike(staff: Staff, before: Patient, after: Patient) -> list[Candidate]:
    """Those whom `alike` finds for a patient as corrected, and who were not as likely to be the patient `before`."""
    known = identity_of(before)

    def is_new(one: Candidate) -> bool:
        earlier = likeness(identity_of(one.patient), known)
        return earlier is None or (earlier.likeness, one.finding.likeness) == (Likeness.POSSIBLE, Likeness.LIKELY)

    return [one for one in alike(staff, after) if is_new(one)]


def alike_pairs(staff: Staff, clinic_id: int) -> AlikePairs:
    """The pairs of records in a clinic that may be about one person, for those who may merge them.

    Raises NotFound, NotAllowed.
    """
    clinic_for(staff, clinic_id, Permission.MERGE_PATIENTS)
    ids = _pairs_to_look_at(clinic_id)
    cut = len(ids) > MOST_PAIRS_LOOKED_AT
    wanted = {pk for pair in ids[:MOST_PAIRS_LOOKED_AT] for pk in pair}
    rows = {row.pk: row for row in patients_for(staff).filter(pk__in=wanted)}
    pairs = sorted(
        _judged(ids[:MOST_PAIRS_LOOKED_AT], rows),
        key=lambda pair: (pair.finding.likeness is not Likeness.LIKELY, pair.one.pk, pair.other.pk),
    )
    seen(row.pk for pair in pairs[:MOST_PAIRS] for row in (pair.one, pair.other))
    return AlikePairs(tuple(pairs[:MOST_PAIRS]), cut or len(pairs) > MOST_PAIRS)


def _judged(ids: list[tuple[int, int]], rows: dict[int, Patient]) -> Iterator[AlikePair]:
    for one, other in ids:
        finding = likeness(identity_of(rows[one]), identity_of(rows[other]))
        if finding is not None:
            yield AlikePair(rows[one], rows[other], finding)


def _to_look_at(patients: QuerySet[Patient], asked: Identity) -> QuerySet[Patient]:
    family, given = asked.family_name.strip().lower(), asked.given_names.strip().lower()
    families = {family, plain(family)}
    wanted = Q(lower_family__in=families, lower_given__startswith=given[:1])
    wanted |= Q(lower_family=given, lower_given=family)
    if asked.nhs_number:
        wanted |= Q(nhs_number=asked.nhs_number)
    if asked.born is not None:
        wanted |= Q(born__in=birthdays_to_look_at(asked.born))
    named = patients.annotate(lower_family=Lower("family_name"), lower_given=Lower("given_names"))
    # Where there are more than can be judged: first whoever fits in the most, then those who were registered last.
    fits: Any = Value(0)  # a sum of expressions
    for sign in _signs(asked, families):
        fits += Case(When(sign, then=1), default=0)
    return named.filter(wanted).order_by(fits.desc(), "-pk")


def _signs(asked: Identity, families: set[str]) -> Iterator[Q]:
    """What speaks for a patient, each by itself; the NHS number for as much as all the rest."""
    yield Q(lower_family__in=families)
    yield Q(lower_given=asked.given_names.strip().lower())
    if asked.born is not None:
        yield Q(born__in=birthdays_to_look_at(asked.born))
    if asked.nhs_number:
        yield from [Q(nhs_number=asked.nhs_number)] * 3


_PAIRS = """
SELECT a.id, b.id FROM patients_patient a JOIN patients_patient b
    ON a.clinic_id = b.clinic_id AND a.born = b.born AND a.id < b.id
    WHERE a.clinic_id = %(clinic)s AND a.status <> 'merged' AND b.status <> 'merged'
    AND (lower(a.given_names) = lower(b.given_names) OR lower(a.family_name) = lower(b.family_name)
         OR (left(lower(a.family_name), 1), left(lower(a.given_names), 1))
            IN ((left(lower(b.family_name), 1), left(lower(b.given_names), 1)),
                (left(lower(b.given_names), 1), left(lower(b.family_name), 1))))
UNION
SELECT a.id, b.id FROM patients_patient a JOIN patients_patient b
    ON a.clinic_id = b.clinic_id AND lower(a.family_name) = lower(b.family_name)
    AND lower(a.given_names) = lower(b.given_names) AND a.id < b.id
    WHERE a.clinic_id = %(clinic)s AND a.status <> 'merged' AND b.status <> 'merged'
    AND (a.born IS NULL OR b.born IS NULL
         OR (extract(year FROM a.born) = extract(year FROM b.born))::int
          + (extract(month FROM a.born) = extract(month FROM b.born))::int
          + (extract(day FROM a.born) = extract(day FROM b.born))::int >= 1)
ORDER BY 1, 2 LIMIT %(most)s
"""


def _pairs_to_look_at(clinic_id: int) -> list[tuple[int, int]]:
    """Two records on each row that could be judged alike: of one birthday with a name or both initials, or of one name.

    What the rule would say of others (day and month exchanged as well as another name) is left to registration.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, {"clinic": clinic_id, "most": MOST_PAIRS_LOOKED_AT + 1})
        return [(one, other) for one, other in cursor.fetchall()]
