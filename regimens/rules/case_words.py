"""Words of the case files turned into the record's words. What is not understood is kept as text, never guessed."""

import re
from decimal import Decimal
from functools import lru_cache

from patients.rules.vocabulary import AntibodyFinding, MrcGrade, SevereFeature, Sex, Subtype
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, MilestoneKind, OutcomeKind, Route

OUTCOMES: dict[str, OutcomeKind | None] = {
    "ongoing": None,
    **{kind.value: kind for kind in OutcomeKind},
}
MILESTONES = {
    "remission": MilestoneKind.REMISSION,
    "remission_off_treatment": MilestoneKind.DRUG_FREE_REMISSION,
    "drug_free_remission": MilestoneKind.DRUG_FREE_REMISSION,
    "relapse": MilestoneKind.RELAPSE,
}
ROUTES = {
    "iv": Route.INTRAVENOUS,
    "po": Route.ORAL,
    "sc": Route.SUBCUTANEOUS,
    "im": Route.INTRAMUSCULAR,
    **{route.value: route for route in Route},
}
# Statements that the readings do not count as severe by themselves (readings 2 and 3).
NOT_SEVERE_ALONE = frozenset(
    {"ild", "interstitial_lung_disease", "dysphagia", "mild_dysphagia", "anti_mda5", "infection"}
)
_SUBTYPES = (
    (Subtype.INCLUSION_BODY_MYOSITIS, ("inclusion body", "inclusion-body", "ibm")),
    (Subtype.JUVENILE_DERMATOMYOSITIS, ("juvenile", "jdm")),
    (Subtype.AMYOPATHIC_DERMATOMYOSITIS, ("amyopathic", "cadm")),
    (Subtype.ANTISYNTHETASE_SYNDROME, ("antisynthetase", "anti-synthetase")),
    (Subtype.NECROTISING_MYOPATHY, ("necroti", "imnm")),
    (Subtype.OVERLAP_MYOSITIS, ("overlap",)),
    (Subtype.DERMATOMYOSITIS, ("dermatomyositis",)),
    (Subtype.POLYMYOSITIS, ("polymyositis",)),
)
_UNIT = re.compile(r"^(mg|g|microgram|micrograms|mcg|µg|ug|ml|units?|iu)(?:/(kg|m2|m²))?(?:/(day|d|week|wk|course))?$")
_MASSES = {
    "mg": DoseUnit.MILLIGRAM,
    "g": DoseUnit.GRAM,
    "ml": DoseUnit.MILLILITRE,
    "unit": DoseUnit.UNIT,
    "units": DoseUnit.UNIT,
    "iu": DoseUnit.UNIT,
}
_SPANS = {
    "day": Frequency.PER_DAY_TOTAL,
    "d": Frequency.PER_DAY_TOTAL,
    "week": Frequency.ONCE_WEEKLY,
    "wk": Frequency.ONCE_WEEKLY,
    "course": Frequency.PER_COURSE,
}
_FREQUENCIES = (
    ("per day total", Frequency.PER_DAY_TOTAL),
    ("in total each day", Frequency.PER_DAY_TOTAL),
    ("three times daily", Frequency.THREE_TIMES_DAILY),
    ("three times a day", Frequency.THREE_TIMES_DAILY),
    ("twice daily", Frequency.TWICE_DAILY),
    ("twice a day", Frequency.TWICE_DAILY),
    ("once weekly", Frequency.ONCE_WEEKLY),
    ("once a week", Frequency.ONCE_WEEKLY),
    ("weekly", Frequency.ONCE_WEEKLY),
    ("once daily", Frequency.ONCE_DAILY),
    ("once a day", Frequency.ONCE_DAILY),
    ("daily", Frequency.ONCE_DAILY),
    ("alternate days", Frequency.ALTERNATE_DAYS),
    ("every other day", Frequency.ALTERNATE_DAYS),
    ("every 2 weeks", Frequency.EVERY_2_WEEKS),
    ("every 4 weeks", Frequency.EVERY_4_WEEKS),
    ("per course", Frequency.PER_COURSE),
    ("single", Frequency.SINGLE),
)
_GRADE = re.compile(r"^([0-5])(?:\.(\d+))?\s*([+-]?)(?:\s*/\s*5)?$")
_GRADE_RANGE = re.compile(r"^([0-5][+-]?)\s*(?:to|–|-)\s*[0-5][+-]?(?:\s*/\s*5)?$")


@lru_cache(maxsize=16)
def _drugs_by_word(protocol: PathwayProtocol) -> dict[str, str]:
    words: dict[str, str] = {}
    for drug in protocol.catalogue.drugs:
        for word in (drug.id, drug.name, drug.word_in_cases, *drug.synonyms):
            words[word.casefold()] = drug.id
    return words


def drug_of(text: str, route: Route, protocol: PathwayProtocol) -> tuple[str, CourseRole]:
    """Catalogue id and role; ("", role) for a drug outside the catalogue. Methylprednisolone by vein is the pulse."""
    word = " ".join(text.casefold().split())
    found = _drugs_by_word(protocol).get(word, "")
    if found == "methylprednisolone" and route is Route.INTRAVENOUS:
        found = "methylprednisolone_sodium_succinate"
    if found:
        return found, protocol.drugs[found].role
    if word in protocol.catalogue.corticosteroids_outside:
        return "", CourseRole.CORTICOSTEROID
    return "", CourseRole.OUTSIDE_PATHWAY


def subtype_of(text: str) -> Subtype:
    """The subtype named first in the text."""
    lower = text.casefold()
    best: tuple[int, int, Subtype] | None = None
    for order, (subtype, words) in enumerate(_SUBTYPES):
        places = [lower.find(word) for word in words if word in lower]
        # "juvenile dermatomyositis" names its specific word first; "necrotising" stands inside a longer name.
        if places and (best is None or (min(places), order) < best[:2]):
            best = (min(places), order, subtype)
    if best is not None:
        return best[2]
    by_value = {subtype.value: subtype for subtype in Subtype}
    return by_value.get(lower.replace(" ", "_"), Subtype.OTHER if lower else Subtype.NOT_RECORDED)


def sex_of(text: str) -> Sex:
    words = {"f": Sex.FEMALE, "m": Sex.MALE, **{sex.value: sex for sex in Sex}}
    return words.get(text.casefold(), Sex.NOT_RECORDED)


def antibody_finding(text: str) -> AntibodyFinding:
    """A name alone is a positive finding. One that changed over time is positive on a day nobody knows."""
    lower = text.casefold()
    if "negative" in lower:
        return AntibodyFinding.NOT_RECORDED if "positive" in lower else AntibodyFinding.NEGATIVE
    return AntibodyFinding.POSITIVE


def unit_of(text: str) -> tuple[DoseUnit | None, DoseBasis, Frequency | None]:
    """Mass, basis, and the frequency when the unit says it (`mg/day`). (None, flat, None) when not understood."""
    match = _UNIT.match(text.casefold().replace(" ", ""))
    if match is None:
        return None, DoseBasis.FLAT, None
    mass, relative, span = match.groups()
    basis = DoseBasis.FLAT
    if relative:
        basis = DoseBasis.PER_KILOGRAM if relative == "kg" else DoseBasis.PER_SQUARE_METRE
    return _MASSES.get(mass, DoseUnit.MICROGRAM), basis, _SPANS.get(span) if span else None


def frequency_of(text: str) -> Frequency:
    """The frequency that the text begins with."""
    lower = " ".join(text.casefold().split())
    if not lower:
        return Frequency.NOT_RECORDED
    for words, frequency in _FREQUENCIES:
        if lower.startswith(words):
            return frequency
    return Frequency.AS_TEXT


def grade_of(value: object) -> MrcGrade | None:
    """A strength grade written as 4, "4-", "3/5", 4.5 or "3-4" (the lower one). None when not understood."""
    text = str(value).strip()
    spread = _GRADE_RANGE.match(text)
    if spread:
        text = spread.group(1)
    match = _GRADE.match(text)
    if match is None:
        return None
    whole, part, sign = int(match.group(1)), match.group(2), match.group(3)
    if part and int(part):
        fraction = Decimal(f"0.{part}")
        whole, sign = (whole, "+") if fraction <= Decimal("0.5") else (whole + 1, "-")
    known = {grade.value: grade for grade in MrcGrade}
    # Below 2, and above 5, the scale has no half steps: the whole grade stands.
    return known.get(f"{whole}{sign}") or known.get(str(whole))


def severe_feature_of(word: str) -> SevereFeature | None:
    """A clinician's statement of severity. One without its own word is the open flag (reading 4)."""
    plain = word.casefold().strip().replace(" ", "_").replace("-", "_")
    if plain in NOT_SEVERE_ALONE:
        return None
    known = {feature.value: feature for feature in SevereFeature}
    return known.get(plain, SevereFeature.OTHER_LIFE_THREATENING)
