"""Reads pathway.toml and drugs.toml, checks them against each other, and gives one frozen protocol."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from patients.protocol.load import load as load_activity
from patients.protocol.place import Part, built_in, part_in_force
from patients.protocol.tables import ProtocolError, build, check_version, read_toml, unique_by_id
from patients.rules.reasons import Reason, RuleKind
from regimens.protocol import guard_checks, infusion_checks, taper_checks
from regimens.protocol.schema import (
    Banner,
    Catalogue,
    DoseRule,
    Drug,
    GuardCaution,
    PathwayFile,
    PathwayProtocol,
    Remark,
    Rule,
    Rung,
    Settings,
)
from regimens.rules.findings import Phase, SeverityGroup, Tier
from regimens.rules.vocabulary import CourseRole

_Named = Remark | Banner | GuardCaution | Rule

HERE = built_in(Part.PATHWAY)
PATHWAY = "pathway.toml"
DRUGS = "drugs.toml"
REQUIRED_RUNGS = (
    *(f"{group}_{line}" for group in ("severe", "non_severe") for line in (1, 2, 3)),
    *(f"maintenance_{step}" for step in "abc"),
    "adjunct",
)


def load(folder: Path | None = None, activity_folder: Path | None = None) -> PathwayProtocol:
    """The protocol in `folder`, with the activity measures of `activity_folder` (those in force when None), read once.

    Raises ProtocolError naming the file, the rule and the reason when a file must not be used.
    """
    return _read(folder or part_in_force(Part.PATHWAY), activity_folder or part_in_force(Part.ACTIVITY))


@lru_cache(maxsize=16)
def _read(folder: Path, activity_folder: Path) -> PathwayProtocol:
    catalogue = build(Catalogue, read_toml(folder / DRUGS), DRUGS)
    file = build(PathwayFile, read_toml(folder / PATHWAY), PATHWAY)
    drugs = unique_by_id(catalogue.drugs, DRUGS)
    rungs = unique_by_id(file.rungs, PATHWAY)
    _check_settings(file.settings)
    _check_dates(catalogue, DRUGS)
    _check_dates(file, PATHWAY)
    _check_catalogue(catalogue, rungs)
    _check_rungs(file, drugs)
    _check_remarks(file, drugs, rungs)
    guard_checks.check_settings(file.guard, PATHWAY)
    taper_checks.check_tapers(file, PATHWAY)
    guard_checks.check_cautions(file.guard_cautions, drugs, PATHWAY)
    guard_checks.check_classes(catalogue, drugs, DRUGS)
    infusion_checks.check_infusions(catalogue, DRUGS)
    _check_identities(file, catalogue)
    if folder != HERE:
        _check_rules_are_complete(file)
    rules = unique_by_id(file.rules, PATHWAY)
    return PathwayProtocol(
        version=file.version,
        file=file,
        catalogue=catalogue,
        drugs=drugs,
        rungs=rungs,
        rules=rules,
        plain_reasons=_plain_reasons(file, catalogue),
        activity=load_activity(activity_folder),
    )


def _check_settings(settings: Settings) -> None:
    """Every number is a span or an amount: 0 or less would ask each question of everybody, or none of anybody."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if isinstance(value, int | Decimal) and value <= 0:
            raise ProtocolError(f"{PATHWAY}, settings, key {field.name!r}: must be above 0, found {value}")
    if settings.steroid_dependence_weeks > settings.steroid_dependence_weeks_unlowered:
        raise ProtocolError(
            f"{PATHWAY}, settings: steroid_dependence_weeks_unlowered must not be below steroid_dependence_weeks"
        )


def _check_dates(file: Catalogue | PathwayFile, name: str) -> None:
    check_version(file.version, name)
    if not file.reviewed_on < file.next_review:
        raise ProtocolError(f"{name}: next_review must lie after reviewed_on")


def _check_catalogue(catalogue: Catalogue, rungs: dict[str, Rung]) -> None:
    names = Counter(
        word.casefold() for drug in catalogue.drugs for word in {drug.name, drug.word_in_cases, *drug.synonyms}
    )
    for drug in catalogue.drugs:
        for word in (drug.name, *drug.synonyms):
            if names[word.casefold()] > 1:
                raise ProtocolError(f"{DRUGS}, id {drug.id!r}: the name {word!r} belongs to two drugs")
        for dose in drug.doses:
            _check_dose(dose, rungs, f"{DRUGS}, id {drug.id!r}, dose {dose.id!r}")
        guard_checks.check_usual_uppers(drug, f"{DRUGS}, id {drug.id!r}")
        guard_checks.check_dose_stop(drug, f"{DRUGS}, id {drug.id!r}")
        if drug.trial is not None and drug.trial.weeks <= 0:
            raise ProtocolError(f"{DRUGS}, id {drug.id!r}: the weeks of an adequate trial must be above 0")
        target = drug.target
        ceilings = [dose.maximum for dose in drug.doses if dose.maximum is not None]
        if target is not None and ceilings and target.amount > min(ceilings):
            raise ProtocolError(f"{DRUGS}, id {drug.id!r}: the target dose {target.amount} is above the maximum")


def _check_dose(dose: DoseRule, rungs: dict[str, Rung], where: str) -> None:
    for rung in dose.rungs:
        if rung not in rungs:
            raise ProtocolError(f"{where}: the rung {rung!r} is not in {PATHWAY}")
    limits = (dose.minimum, dose.start_minimum, dose.start_maximum, dose.maximum)
    per_kilogram = (dose.start_minimum_per_kilogram, dose.maximum_per_kilogram)
    _check_ascending(("minimum", "start_minimum", "start_maximum", "maximum"), limits, where)
    _check_ascending(("start_minimum_per_kilogram", "maximum_per_kilogram"), per_kilogram, where)
    if any(limit is not None for limit in limits + per_kilogram) and (dose.unit is None or dose.per is None):
        raise ProtocolError(f"{where}: a limit needs its unit and what it is counted per")
    guard_checks.check_cycle(dose, where)


def _check_ascending(names: tuple[str, ...], limits: tuple[Decimal | None, ...], where: str) -> None:
    given = [(name, limit) for name, limit in zip(names, limits, strict=True) if limit is not None]
    for name, limit in given:
        if limit <= 0:
            raise ProtocolError(f"{where}: {name} must be above 0, found {limit}")
    for (lower, low), (upper, high) in zip(given, given[1:], strict=False):
        if low > high:
            raise ProtocolError(f"{where}: {lower} {low} crosses {upper} {high}")


def _check_rungs(file: PathwayFile, drugs: dict[str, Drug]) -> None:
    ids = {rung.id for rung in file.rungs}
    for required in REQUIRED_RUNGS:
        if required not in ids:
            raise ProtocolError(f"{PATHWAY}: the rung {required!r} is missing")
    for rung in file.rungs:
        where = f"{PATHWAY}, id {rung.id!r}"
        if rung.id not in REQUIRED_RUNGS:
            raise ProtocolError(f"{where}: not a rung of this pathway; rungs are {', '.join(REQUIRED_RUNGS)}")
        _check_place(rung, where)
        seen: set[tuple[str, ...]] = set()
        for option in rung.options:
            if not option.drugs or option.drugs in seen:
                raise ProtocolError(f"{where}: an option without drugs, or one named twice: {option.drugs!r}")
            seen.add(option.drugs)
            for drug in option.drugs:
                if drug not in drugs:
                    raise ProtocolError(f"{where}: the drug {drug!r} is not in {DRUGS}")
                if drugs[drug].role in (CourseRole.SUPPORTIVE, CourseRole.OUTSIDE_PATHWAY):
                    raise ProtocolError(f"{where}: the drug {drug!r} is {drugs[drug].role.label} in {DRUGS}")
                if len(option.drugs) == 1 and not _has_dose_text(drugs[drug], rung):
                    raise ProtocolError(f"{where}: {DRUGS} has no dose text of {drug!r} for this rung")


def _check_place(rung: Rung, where: str) -> None:
    """The id says group and line; the keys must say the same."""
    expected_group = None
    if rung.code in "123":
        expected_group = SeverityGroup.SEVERE if rung.id.startswith("severe") else SeverityGroup.NON_SEVERE
    if rung.group is not expected_group or (rung.id != rung.code and not rung.id.endswith(f"_{rung.code}")):
        raise ProtocolError(f"{where}: group and code do not agree with the id")
    if (rung.phase is Phase.MAINTENANCE) is not rung.id.startswith("maintenance"):
        raise ProtocolError(f"{where}: the phase does not agree with the id")
    if any((option.tier is Tier.ADJUNCT) is not (rung.id == "adjunct") for option in rung.options):
        raise ProtocolError(f"{where}: the tier 'adjunct' belongs to the rung 'adjunct'")


def _has_dose_text(drug: Drug, rung: Rung) -> bool:
    return any(rung.id in dose.rungs for dose in drug.doses)


def _check_remarks(file: PathwayFile, drugs: dict[str, Drug], rungs: dict[str, Rung]) -> None:
    for remark in file.remarks:
        where = f"{PATHWAY}, id {remark.id!r}"
        for drug in remark.drugs:
            if drug not in drugs:
                raise ProtocolError(f"{where}: the drug {drug!r} is not in {DRUGS}")
        for rung in remark.rungs:
            if rung not in rungs:
                raise ProtocolError(f"{where}: the rung {rung!r} is not in {PATHWAY}")


def _check_identities(file: PathwayFile, catalogue: Catalogue) -> None:
    """One id stands for one rule in both files together, and every reading exists once."""
    named: Sequence[_Named] = (*file.remarks, *file.banners, *file.guard_cautions, *file.rules)
    entries = [(file.guard.id, PATHWAY), (file.taper.id, PATHWAY), *((entry.id, PATHWAY) for entry in named)]
    entries += [(example.id, PATHWAY) for example in file.expected_tapers]
    for drug in catalogue.drugs:
        entries += [(dose.id, DRUGS) for dose in drug.doses]
        entries += [(drug.target.id, DRUGS)] if drug.target else []
        entries += [(drug.trial.id, DRUGS)] if drug.trial else []
        entries += [(upper.id, DRUGS) for upper in drug.usual_uppers]
        entries += [(drug.dose_stop.id, DRUGS)] if drug.dose_stop else []
    entries += [(drug_class.id, DRUGS) for drug_class in catalogue.classes]
    entries += [(catalogue.infusions.id, DRUGS)]
    entries += [(drug.infusions.id, DRUGS) for drug in catalogue.drugs if drug.infusions]
    seen: set[str] = set()
    for identity, name in entries:
        if identity in seen:
            raise ProtocolError(f"{name}: the id {identity!r} is used twice")
        seen.add(identity)
    numbers = [reading.number for reading in file.readings]
    twice = sorted(number for number, count in Counter(numbers).items() if count > 1)
    if twice:
        raise ProtocolError(f"{PATHWAY}: reading {twice[0]} is given twice")
    for rule in file.rules:
        for number in rule.readings:
            if number not in numbers:
                raise ProtocolError(f"{PATHWAY}, id {rule.id!r}: there is no reading {number}")


def _check_rules_are_complete(file: PathwayFile) -> None:
    """A clinic's own file may reword a rule, but the code applies every rule of the file it came with."""
    given = {rule.id for rule in file.rules}
    for rule in _read(HERE, built_in(Part.ACTIVITY)).rules:
        if rule not in given:
            raise ProtocolError(f"{PATHWAY}: the rule {rule!r} is missing")


def _plain_reasons(file: PathwayFile, catalogue: Catalogue) -> dict[str, Reason]:
    reasons: dict[str, Reason] = {}

    def keep(identity: str, text: str, kind: RuleKind, source: str) -> None:
        reasons[identity] = Reason(identity, text, kind, source, file.version)

    named: Sequence[_Named] = (*file.remarks, *file.banners, *file.guard_cautions, *file.rules)
    for entry in named:
        keep(entry.id, entry.text, entry.kind, entry.source)
    for rung in file.rungs:
        keep(f"rung.{rung.id}", f"{rung.title}: {rung.trigger}", rung.kind, rung.source)
    for drug_class in catalogue.classes:
        keep(drug_class.id, guard_checks.class_words(drug_class), drug_class.kind, drug_class.source)
    for upper in (upper for drug in catalogue.drugs for upper in drug.usual_uppers):
        keep(upper.id, guard_checks.upper_words(), upper.kind, upper.source)
    return reasons
