"""What the drug catalogue says of infusions, written into the monitoring rules: each number is defined once."""

from collections import defaultdict
from dataclasses import replace

from monitoring.protocol.definitions import CycleReviewRule, DrugMonitoring, InfusionRule, MonitoringProtocol, Threshold
from monitoring.protocol.limits import check_limits
from patients.protocol.tables import ProtocolError
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.doses import in_milligrams

_MILLIGRAMS_PER_GRAM = 1000


def with_catalogue(drug: DrugMonitoring, pathway: PathwayProtocol) -> DrugMonitoring:
    """The drug with the printed interval, dose and days of its cycles, and the bounds of its review.

    Raises ProtocolError when a rule leaves them to a catalogue that does not have them.
    """
    return replace(
        drug,
        infusion=tuple(_with_printed_dose(rule, drug, pathway) for rule in drug.infusion),
        cycle_review=tuple(_with_bounds(rule, drug, pathway) for rule in drug.cycle_review),
        start_threshold=tuple(replace(threshold, drugs=(drug.id,)) for threshold in drug.start_threshold),
    )


def check_infusions(protocol: MonitoringProtocol) -> None:
    """Raises ProtocolError when a rule of infusions cannot be: a faulty band, a second infusion in the next course."""
    bands: dict[str, tuple[Threshold, ...]] = defaultdict(tuple)
    for drug in protocol.drugs.values():
        for threshold in drug.start_threshold:
            bands[threshold.analyte] = (*bands[threshold.analyte], threshold)
        for rule in drug.infusion:
            second = rule.second_after_days
            if second is not None and not 0 < second <= drug.cycle_within_days:
                raise ProtocolError(
                    f"{drug.id}.toml, rule {rule.id!r}: second_after_days lies above 0 and not above cycle_within_days"
                )
        for before in drug.before_infusion:
            if before.within_days < 0 or (before.ever and (before.within_days or before.asked)):
                raise ProtocolError(
                    f"{drug.id}.toml, rule {before.id!r}: within_days is 0 or more; what counts for ever has none, and "
                    "is asked for by a baseline"
                )
    check_limits(replace(protocol, thresholds=bands, trends={}))


def _with_printed_dose(rule: InfusionRule, drug: DrugMonitoring, pathway: PathwayProtocol) -> InfusionRule:
    if not rule.printed_dose:
        return rule
    entry = pathway.drugs.get(drug.id)
    dose = next((dose for dose in entry.doses if dose.id == rule.printed_dose), None) if entry else None
    where = f"{drug.id}.toml, rule {rule.id!r}"
    if dose is None:
        raise ProtocolError(f"{where}: the drug catalogue has no dose {rule.printed_dose!r} of this drug")
    if rule.interval_days is not None or rule.grams_per_kilogram is not None or rule.days_from is not None:
        raise ProtocolError(f"{where}: interval, dose and days are those of {rule.printed_dose!r}; give none here")
    most = dose.maximum_per_kilogram
    per_kilogram = in_milligrams(most, dose.unit) if most is not None and dose.unit is not None else None
    return replace(
        rule,
        interval_days=dose.interval_days,
        grams_per_kilogram=None if per_kilogram is None else per_kilogram / _MILLIGRAMS_PER_GRAM,
        days_from=dose.days_minimum,
        days_to=dose.days_maximum,
    )


def _with_bounds(rule: CycleReviewRule, drug: DrugMonitoring, pathway: PathwayProtocol) -> CycleReviewRule:
    entry = pathway.drugs.get(drug.id)
    offered = entry.infusions if entry else None
    if offered is None:
        raise ProtocolError(
            f"{drug.id}.toml, rule {rule.id!r}: the drug catalogue does not say after how many cycles it is reviewed"
        )
    return replace(rule, after_cycles=offered.review_after_cycles, latest_cycle=offered.review_latest_cycle)
