"""Words of case files, and what becomes of them."""

import pytest

from patients.rules.vocabulary import AntibodyFinding, MrcGrade, SevereFeature, Sex, Subtype
from regimens.protocol.load import load
from regimens.rules.case_words import (
    MILESTONES,
    OUTCOMES,
    ROUTES,
    antibody_finding,
    drug_of,
    frequency_of,
    grade_of,
    severe_feature_of,
    sex_of,
    subtype_of,
    unit_of,
)
from regimens.rules.vocabulary import CourseRole, DoseBasis, DoseUnit, Frequency, MilestoneKind, OutcomeKind, Route


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        (4, "4"),
        ("4", "4"),
        ("4-", "4-"),
        ("4+", "4+"),
        ("3/5", "3"),
        ("4-/5", "4-"),
        (4.0, "4"),
        (3.5, "3+"),
        (3.67, "4-"),
        (4.5, "4+"),
        ("3-4", "3"),
        ("4- to 5", "4-"),
        ("3–4/5", "3"),
        (0, "0"),
        ("1+", "1"),
        (5, "5"),
        ("5+", "5"),
    ],
)
def test_strength_grades(value: object, grade: str) -> None:
    assert grade_of(value) is next(member for member in MrcGrade if member.value == grade)


@pytest.mark.parametrize("value", ["weak", 6, -1, "", "40/80"])
def test_what_is_no_strength_grade(value: object) -> None:
    assert grade_of(value) is None


@pytest.mark.parametrize(
    ("text", "subtype"),
    [
        ("dermatomyositis", Subtype.DERMATOMYOSITIS),
        ("polymyositis, later reclassified dermatomyositis", Subtype.POLYMYOSITIS),
        ("juvenile dermatomyositis", Subtype.JUVENILE_DERMATOMYOSITIS),
        ("clinically amyopathic dermatomyositis", Subtype.AMYOPATHIC_DERMATOMYOSITIS),
        ("immune-mediated necrotising myopathy", Subtype.NECROTISING_MYOPATHY),
        ("immune-mediated necrotizing myopathy", Subtype.NECROTISING_MYOPATHY),
        ("antisynthetase syndrome", Subtype.ANTISYNTHETASE_SYNDROME),
        ("sporadic inclusion body myositis", Subtype.INCLUSION_BODY_MYOSITIS),
        ("overlap myositis with systemic sclerosis", Subtype.OVERLAP_MYOSITIS),
        ("granulomatous myositis", Subtype.OTHER),
        ("", Subtype.NOT_RECORDED),
        ("IBM", Subtype.INCLUSION_BODY_MYOSITIS),
        ("JDM", Subtype.JUVENILE_DERMATOMYOSITIS),
        ("CADM", Subtype.AMYOPATHIC_DERMATOMYOSITIS),
        ("anti-synthetase syndrome", Subtype.ANTISYNTHETASE_SYNDROME),
        ("IMNM", Subtype.NECROTISING_MYOPATHY),
        ("inclusion-body myositis", Subtype.INCLUSION_BODY_MYOSITIS),
        ("dermatomyositis, later polymyositis", Subtype.DERMATOMYOSITIS),
        ("Other", Subtype.OTHER),
        ("not recorded", Subtype.NOT_RECORDED),
    ],
)
def test_subtypes(text: str, subtype: Subtype) -> None:
    assert subtype_of(text) is subtype


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mg", (DoseUnit.MILLIGRAM, DoseBasis.FLAT, None)),
        ("g/kg", (DoseUnit.GRAM, DoseBasis.PER_KILOGRAM, None)),
        ("mg/m2", (DoseUnit.MILLIGRAM, DoseBasis.PER_SQUARE_METRE, None)),
        ("mg/kg/day", (DoseUnit.MILLIGRAM, DoseBasis.PER_KILOGRAM, Frequency.PER_DAY_TOTAL)),
        ("mg/week", (DoseUnit.MILLIGRAM, DoseBasis.FLAT, Frequency.ONCE_WEEKLY)),
        ("micrograms", (DoseUnit.MICROGRAM, DoseBasis.FLAT, None)),
        ("tablets", (None, DoseBasis.FLAT, None)),
        ("", (None, DoseBasis.FLAT, None)),
        ("MG / KG / d", (DoseUnit.MILLIGRAM, DoseBasis.PER_KILOGRAM, Frequency.PER_DAY_TOTAL)),
        ("g/m²", (DoseUnit.GRAM, DoseBasis.PER_SQUARE_METRE, None)),
        ("mcg", (DoseUnit.MICROGRAM, DoseBasis.FLAT, None)),
        ("ug/wk", (DoseUnit.MICROGRAM, DoseBasis.FLAT, Frequency.ONCE_WEEKLY)),
        ("ml", (DoseUnit.MILLILITRE, DoseBasis.FLAT, None)),
        ("unit", (DoseUnit.UNIT, DoseBasis.FLAT, None)),
        ("units/course", (DoseUnit.UNIT, DoseBasis.FLAT, Frequency.PER_COURSE)),
        ("IU", (DoseUnit.UNIT, DoseBasis.FLAT, None)),
        ("mg/l", (None, DoseBasis.FLAT, None)),
    ],
)
def test_units(text: str, expected: tuple[DoseUnit | None, DoseBasis, Frequency | None]) -> None:
    assert unit_of(text) == expected


@pytest.mark.parametrize(
    ("text", "frequency"),
    [
        ("once daily, tapered", Frequency.ONCE_DAILY),
        ("Twice daily", Frequency.TWICE_DAILY),
        ("once weekly", Frequency.ONCE_WEEKLY),
        ("per day total", Frequency.PER_DAY_TOTAL),
        ("not in excerpt", Frequency.AS_TEXT),
        ("", Frequency.NOT_RECORDED),
        ("  Three   times a day ", Frequency.THREE_TIMES_DAILY),
        ("three times daily", Frequency.THREE_TIMES_DAILY),
        ("twice a day", Frequency.TWICE_DAILY),
        ("once a week", Frequency.ONCE_WEEKLY),
        ("weekly", Frequency.ONCE_WEEKLY),
        ("daily", Frequency.ONCE_DAILY),
        ("once a day", Frequency.ONCE_DAILY),
        ("alternate days", Frequency.ALTERNATE_DAYS),
        ("every other day", Frequency.ALTERNATE_DAYS),
        ("every 2 weeks", Frequency.EVERY_2_WEEKS),
        ("every 4 weeks", Frequency.EVERY_4_WEEKS),
        ("per course of 5 days", Frequency.PER_COURSE),
        ("single dose", Frequency.SINGLE),
        ("in total each day", Frequency.PER_DAY_TOTAL),
        ("taken daily", Frequency.AS_TEXT),
        ("   ", Frequency.NOT_RECORDED),
    ],
)
def test_frequencies(text: str, frequency: Frequency) -> None:
    assert frequency_of(text) is frequency


@pytest.mark.parametrize(
    ("word", "feature"),
    [
        (" Rapidly-progressive ILD ", SevereFeature.RAPIDLY_PROGRESSIVE_ILD),
        ("severe_dysphagia", SevereFeature.SEVERE_DYSPHAGIA),
        ("interstitial lung disease", None),
        ("mild dysphagia", None),
        ("infection", None),
        ("shock", SevereFeature.OTHER_LIFE_THREATENING),
    ],
)
def test_severe_features(word: str, feature: SevereFeature | None) -> None:
    assert severe_feature_of(word) is feature


def test_what_is_not_severe_by_itself() -> None:
    assert severe_feature_of("severe weakness") is SevereFeature.SEVERE_WEAKNESS
    assert severe_feature_of("respiratory muscle failure") is SevereFeature.OTHER_LIFE_THREATENING
    for word in ("dysphagia", "ILD", "anti-MDA5"):
        assert severe_feature_of(word) is None


def test_antibodies() -> None:
    assert antibody_finding("anti-SRP") is AntibodyFinding.POSITIVE
    assert antibody_finding("anti-SRP (negative)") is AntibodyFinding.NEGATIVE
    assert antibody_finding("anti-HMGCR (negative at first, later positive)") is AntibodyFinding.NOT_RECORDED


def test_every_drug_is_found_by_id_name_case_word_and_synonym() -> None:
    protocol = load()
    for drug in protocol.catalogue.drugs:
        for word in (drug.id, drug.name, drug.word_in_cases, *drug.synonyms):
            assert drug_of(word.upper(), Route.ORAL, protocol) == (drug.id, drug.role)


def test_closed_lists_of_words() -> None:
    assert {"ongoing": None} | {kind.value: kind for kind in OutcomeKind} == OUTCOMES
    assert (
        MILESTONES["remission_off_treatment"] is MILESTONES["drug_free_remission"] is MilestoneKind.DRUG_FREE_REMISSION
    )
    assert {word: ROUTES[word] for word in ("iv", "po", "sc", "im")} == {
        "iv": Route.INTRAVENOUS,
        "po": Route.ORAL,
        "sc": Route.SUBCUTANEOUS,
        "im": Route.INTRAMUSCULAR,
    }


@pytest.mark.parametrize(
    ("word", "sex"),
    [
        ("f", Sex.FEMALE),
        ("M", Sex.MALE),
        ("female", Sex.FEMALE),
        ("Indeterminate", Sex.INDETERMINATE),
        ("", Sex.NOT_RECORDED),
        ("x", Sex.NOT_RECORDED),
    ],
)
def test_sexes(word: str, sex: Sex) -> None:
    assert sex_of(word) is sex


@pytest.mark.parametrize(
    ("text", "route", "expected"),
    [
        ("Mycophenolate   Mofetil", Route.ORAL, ("mycophenolate_mofetil", CourseRole.IMMUNOSUPPRESSANT)),
        (
            "methylprednisolone",
            Route.INTRAVENOUS,
            ("methylprednisolone_sodium_succinate", CourseRole.CORTICOSTEROID),
        ),
        ("methotrexate", Route.INTRAVENOUS, ("methotrexate", CourseRole.IMMUNOSUPPRESSANT)),
        ("dexamethasone", Route.INTRAVENOUS, ("", CourseRole.CORTICOSTEROID)),
        ("interferon", Route.ORAL, ("", CourseRole.OUTSIDE_PATHWAY)),
    ],
)
def test_drugs(text: str, route: Route, expected: tuple[str, CourseRole]) -> None:
    assert drug_of(text, route, load()) == expected
