"""Reads activity.toml, checks it, and gives one frozen protocol."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from patients.protocol.activity import (
    UNITS_OF_A_MICROKATAL,
    ActivityFile,
    ActivityProtocol,
    ActivityRule,
    Better,
    Categories,
    DeteriorationDefinition,
    DeteriorationLimits,
    EnzymeRange,
    ImprovementDefinition,
    LimitRange,
    PointsRule,
    Scale,
    Steps,
)
from patients.protocol.place import Part, built_in, part_in_force
from patients.protocol.tables import Identified, ProtocolError, build, check_version, read_toml, unique_by_id
from patients.rules.reasons import Reason
from patients.rules.vocabulary import EnzymeName, Measure, Population
from patients.rules.wording import display_number

HERE = built_in(Part.ACTIVITY)
ACTIVITY = "activity.toml"
REQUIRED_RULES = ("improvement_score", "improvement_partial", "improvement_enzyme", "population")
GREATEST_SCORE = 100
MMT_FORMS = (80, 150, 260)
_HIGHER_IS_BETTER = (Measure.MMT, Measure.CMAS)
# Two decimals in a percentage and in a multiplier make every limit a whole number of millionths.
_DECIMALS = 2
# The six components of the score; the second name may stand for the first in juvenile disease.
_COMPONENTS = (
    (Measure.PHYSICIAN_GLOBAL,),
    (Measure.PATIENT_GLOBAL,),
    (Measure.MMT, Measure.CMAS),
    (Measure.HAQ,),
    (Measure.ENZYMES,),
    (Measure.EXTRAMUSCULAR_GLOBAL, Measure.DAS),
)


def load(folder: Path | None = None) -> ActivityProtocol:
    """The protocol in `folder` (the one in force when None), read once.

    Raises ProtocolError naming the file, the rule and the reason when the file must not be used.
    """
    return _read(folder or part_in_force(Part.ACTIVITY))


@lru_cache(maxsize=16)
def _read(folder: Path) -> ActivityProtocol:
    file = build(ActivityFile, read_toml(folder / ACTIVITY), ACTIVITY)
    check_version(file.version, ACTIVITY)
    if not file.reviewed_on < file.next_review:
        raise ProtocolError(f"{ACTIVITY}: next_review must lie after reviewed_on")
    _check_identities(file)
    scales = _scales(file.scales)
    enzymes = _enzymes(file.enzymes)
    points = _points(file.points)
    categories = _categories(file.categories)
    _check_definitions(file)
    return ActivityProtocol(
        version=file.version,
        file=file,
        scales=scales,
        enzymes=enzymes,
        limits=_limits(file.limits),
        points=points,
        categories=categories,
        steps={key: _steps(points[scale.measure], Decimal(scale.maximum)) for key, scale in scales.items()},
        enzyme_steps={name: _steps(points[Measure.ENZYMES], enzymes[name].multiplier) for name in enzymes},
        cut_offs={name: _cut_offs(each) for name, each in categories.items()},
        deterioration_limits=_whole(file.confirmed_deterioration),
        plain_reasons=_plain_reasons(file),
    )


def _check_identities(file: ActivityFile) -> None:
    named: list[Identified] = [*file.scales, *file.enzymes, *file.limits, *file.points, *file.categories, *file.rules]
    unique_by_id((*named, file.definition_of_improvement, file.confirmed_deterioration), ACTIVITY)
    given = {rule.id for rule in file.rules}
    for rule in REQUIRED_RULES:
        if rule not in given:
            raise ProtocolError(f"{ACTIVITY}: the rule {rule!r} is missing")
    for rule in sorted(given - set(REQUIRED_RULES)):
        raise ProtocolError(f"{ACTIVITY}, id {rule!r}: not a rule of this file; rules are {', '.join(REQUIRED_RULES)}")


def _scales(scales: tuple[Scale, ...]) -> dict[Measure | int, Scale]:
    found: dict[Measure | int, Scale] = {}
    for scale in scales:
        where = f"{ACTIVITY}, id {scale.id!r}"
        if scale.measure is Measure.ENZYMES:
            raise ProtocolError(f"{where}: an enzyme's range is a multiple of its upper limit; see [[enzymes]]")
        if scale.maximum <= 0:
            raise ProtocolError(f"{where}: maximum must be above 0, found {scale.maximum}")
        if (scale.better is Better.HIGHER) is not (scale.measure in _HIGHER_IS_BETTER):
            raise ProtocolError(f"{where}: {scale.measure.label} is not better when it is {scale.better.value}")
        key = scale.maximum if scale.measure is Measure.MMT else scale.measure
        if key in found:
            raise ProtocolError(f"{where}: {scale.measure.label} has this scale already, as {found[key].id!r}")
        found[key] = scale
    measures = {scale.measure for scale in scales}
    _require(Measure, (*measures, Measure.ENZYMES), "scale")
    for form in MMT_FORMS:
        if form not in found:
            raise ProtocolError(f"{ACTIVITY}: no scale for the manual muscle test with a maximum of {form}")
    return found


def _enzymes(ranges: tuple[EnzymeRange, ...]) -> dict[EnzymeName, EnzymeRange]:
    found: dict[EnzymeName, EnzymeRange] = {}
    for each in ranges:
        where = f"{ACTIVITY}, id {each.id!r}"
        if each.enzyme in found:
            raise ProtocolError(f"{where}: {each.enzyme.label} has a range already, as {found[each.enzyme].id!r}")
        if each.multiplier <= 0:
            raise ProtocolError(f"{where}: multiplier must be above 0, found {each.multiplier}")
        _check_decimals(each.multiplier, _DECIMALS, f"{where}, key 'multiplier'")
        found[each.enzyme] = each
    _require(EnzymeName, found, "enzyme range")
    return found


def _limits(ranges: tuple[LimitRange, ...]) -> dict[str, LimitRange]:
    found: dict[str, LimitRange] = {}
    for each in ranges:
        where = f"{ACTIVITY}, id {each.id!r}"
        if each.enzyme in found:
            raise ProtocolError(f"{where}: {each.enzyme!r} has a range of limits already, {found[each.enzyme].id!r}")
        if not 0 < each.lowest < each.highest:
            raise ProtocolError(f"{where}: lowest must be above 0 and below highest")
        # A range this wide or wider could not tell the one unit from the other.
        if each.highest >= each.lowest * UNITS_OF_A_MICROKATAL:
            raise ProtocolError(f"{where}: highest must be less than {UNITS_OF_A_MICROKATAL} times lowest")
        found[each.enzyme] = each
    return found


def _points(rules: tuple[PointsRule, ...]) -> dict[Measure, PointsRule]:
    found: dict[Measure, PointsRule] = {}
    for rule in rules:
        _check_bands(rule)
        for measure in rule.measures:
            if measure in found:
                raise ProtocolError(
                    f"{ACTIVITY}, id {rule.id!r}: {measure.label} has points already, in {found[measure].id!r}"
                )
            found[measure] = rule
    _require(Measure, found, "points")
    for first, *others in _COMPONENTS:
        for other in others:
            if found[first] is not found[other]:
                raise ProtocolError(
                    f"{ACTIVITY}, id {found[other].id!r}: {other.label} stands for {first.label} and has its points"
                )
    total = sum((found[first].bands[-1].points for first, *_ in _COMPONENTS), Decimal(0))
    if total != GREATEST_SCORE:
        raise ProtocolError(
            f"{ACTIVITY}: the most points of the six components make {display_number(total)}, not {GREATEST_SCORE}"
        )
    return found


def _check_bands(rule: PointsRule) -> None:
    where = f"{ACTIVITY}, id {rule.id!r}"
    if not rule.bands or not rule.measures:
        raise ProtocolError(f"{where}: at least one measure and one band are needed")
    for number, band in enumerate(rule.bands, 1):
        _check_decimals(band.above, _DECIMALS, f"{where}, band {number}, key 'above'")
        _check_decimals(band.points, 1, f"{where}, band {number}, key 'points'")
    first = rule.bands[0]
    if first.above < 0 or rule.bands[-1].above >= 100:
        raise ProtocolError(f"{where}: bands lie between 0 and 100 percent")
    if first.points <= 0:
        raise ProtocolError(f"{where}: the first band must give points, found {first.points}")
    for lower, upper in zip(rule.bands, rule.bands[1:], strict=False):
        if lower.above == upper.above:
            raise ProtocolError(f"{where}: two bands begin above {lower.above} percent")
        if lower.above > upper.above:
            raise ProtocolError(f"{where}: the band above {lower.above} percent crosses the one above {upper.above}")
        if lower.points > upper.points:
            raise ProtocolError(f"{where}: points fall from {lower.points} to {upper.points} as improvement grows")


def _categories(given: tuple[Categories, ...]) -> dict[Population, Categories]:
    found: dict[Population, Categories] = {}
    for each in given:
        where = f"{ACTIVITY}, id {each.id!r}"
        if each.population in found:
            raise ProtocolError(f"{where}: the {each.population.label} categories are given twice")
        if not 0 < each.minimal < each.moderate < each.major <= GREATEST_SCORE:
            raise ProtocolError(f"{where}: minimal, moderate and major must rise, within 0 to {GREATEST_SCORE}")
        for name in ("minimal", "moderate", "major"):
            _check_decimals(getattr(each, name), 1, f"{where}, key {name!r}")
        found[each.population] = each
    _require(Population, found, "categories")
    return found


def _check_definitions(file: ActivityFile) -> None:
    better, worse = file.definition_of_improvement, file.confirmed_deterioration
    limits = (
        (better.id, "better_by", better.better_by, 100),
        (better.id, "better_at_least", better.better_at_least, 6),
        (better.id, "worse_by", better.worse_by, 100),
        (better.id, "worse_at_most", better.worse_at_most + 1, 6),  # 0 to 5 may be worse
        (worse.id, "physician_global", worse.physician_global, 10),
        (worse.id, "strength", worse.strength, 100),
        (worse.id, "extramuscular_global", worse.extramuscular_global, 10),
        (worse.id, "measures_by", worse.measures_by, 100),
        (worse.id, "measures_at_least", worse.measures_at_least, 5),
    )
    for identity, key, value, most in limits:
        if not 0 < value <= most:
            raise ProtocolError(f"{ACTIVITY}, id {identity!r}, key {key!r}: out of range")
        _check_decimals(Decimal(value), _DECIMALS, f"{ACTIVITY}, id {identity!r}, key {key!r}")


def _check_decimals(value: Decimal, most: int, where: str) -> None:
    if not value.is_finite() or -int(value.normalize().as_tuple().exponent) > most:
        raise ProtocolError(f"{where}: at most {most} decimal place(s), found {value}")


def _require(words: type[Measure] | type[EnzymeName] | type[Population], given: Iterable[object], what: str) -> None:
    present = set(given)
    for word in words:
        if word not in present:
            raise ProtocolError(f"{ACTIVITY}: no {what} for {word.value!r}")


def _steps(rule: PointsRule, whole: Decimal) -> Steps:
    """`whole` is the range in the measure's own unit. Percent of it in millionths: hence times 10,000."""
    return Steps(
        limits=tuple(int(band.above * whole * 10_000) for band in rule.bands),
        tenths=(0, *(int(band.points * 10) for band in rule.bands)),
    )


def _cut_offs(each: Categories) -> tuple[int, int, int]:
    return int(each.minimal * 10), int(each.moderate * 10), int(each.major * 10)


def _whole(definition: DeteriorationDefinition) -> DeteriorationLimits:
    return DeteriorationLimits(
        physician_global=int(definition.physician_global * 1_000_000),
        strength=int(definition.strength * 100),
        extramuscular_global=int(definition.extramuscular_global * 1_000_000),
        measures_by=int(definition.measures_by * 100),
        measures_at_least=definition.measures_at_least,
    )


def _plain_reasons(file: ActivityFile) -> dict[str, Reason]:
    named: tuple[ActivityRule | ImprovementDefinition | DeteriorationDefinition, ...] = (
        *file.rules,
        file.definition_of_improvement,
        file.confirmed_deterioration,
    )
    return {each.id: Reason(each.id, each.text, each.kind, each.source, file.version) for each in named}
