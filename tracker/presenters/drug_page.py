"""One drug as a person reads it: its doses, and what has to be looked at before the start and while it is taken.

Every sentence is the protocol's own, in the words of `monitoring/protocol/descriptions.py` and `regimens/protocol/
document.py`, which the page of every rule and docs/clinical use as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from monitoring.protocol.definitions import RULE_LISTS, DrugMonitoring, MonitoringProtocol, Rule, Threshold
from monitoring.protocol.descriptions import describe, items_of, limit, what, when
from monitoring.protocol.limit_words import trend_in_words
from monitoring.rules.vocabulary import AlertGrade
from monitoring.rules.wording import amount_of_time
from patients.rules.reasons import RuleKind
from regimens.protocol.in_words import target_in_words
from regimens.protocol.schema import Drug, PathwayProtocol

_TAGS = {AlertGrade.URGENT: "danger", AlertGrade.ACTION: "caution", AlertGrade.LOOK: "info"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule: what it asks for and when, or what a result means; with what it rests on."""

    id: str
    what: str
    when: str
    source: str
    kind: RuleKind
    note: str = ""
    grade: AlertGrade | None = None

    @property
    def tag(self) -> str:
        """The look of the word for its grade."""
        return _TAGS[self.grade] if self.grade is not None else "plain"


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of one sort under their heading."""

    anchor: str
    title: str
    rules: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class DrugPage:
    """`nothing_needed`: why it asks for nothing, where it does. `limits` name this drug; `shared_limits` hold whatever
    is taken, for the tests that this drug asks for.
    """

    id: str
    name: str
    role: str
    version: str
    doses: tuple[Asked, ...]
    adverse_effects: tuple[str, ...]
    nothing_needed: str
    groups: tuple[Group, ...]
    limits: tuple[Asked, ...]
    not_begun_with: tuple[Asked, ...]
    shared_limits: tuple[Asked, ...]
    after_stop: tuple[str, ...]


def drug_page(drug_id: str, monitoring: MonitoringProtocol, pathway: PathwayProtocol) -> DrugPage:
    """Raises KeyError for a drug that the protocol does not know."""
    drug = monitoring.drugs[drug_id]
    known = pathway.drugs.get(drug_id)
    bands = [one for found in monitoring.thresholds.values() for one in found]
    tested = _tested(drug, monitoring)
    own = [one for one in bands if drug_id in one.drugs]
    shared = [one for one in bands if not one.drugs and one.analyte in tested]
    return DrugPage(
        id=drug_id,
        name=drug.name,
        role=known.role.label if known else "",
        version=drug.version,
        doses=tuple(_doses(known)) if known else (),
        adverse_effects=known.adverse_effects if known else (),
        nothing_needed=drug.nothing_needed,
        groups=tuple(_groups(drug, monitoring)),
        limits=tuple(_band(one, monitoring) for one in own),
        not_begun_with=tuple(_band(one, monitoring) for one in drug.start_threshold),
        shared_limits=(*(_band(one, monitoring) for one in shared), *_trends(tested, monitoring)),
        after_stop=tuple(_after_stop(drug)),
    )


def _doses(drug: Drug) -> Iterator[Asked]:
    for dose in drug.doses:
        yield Asked(dose.id, dose.text, "", dose.source, dose.kind, dose.note)
    if drug.target is not None:
        words = _("target of an adequate trial: %(dose)s") % {"dose": target_in_words(drug.target)}
        yield Asked(drug.target.id, words, "", drug.target.source, drug.target.kind, drug.target.note)


def _groups(drug: DrugMonitoring, protocol: MonitoringProtocol) -> Iterator[Group]:
    titles = {
        "baseline": _("Before the first dose"),
        "once": _("Once, after the start"),
        "repeat": _("Again and again"),
        "trough": _("Trough levels"),
        "infusion": _("Infusions"),
        "before_infusion": _("Before each infusion"),
        "after_infusion": _("After each infusion"),
        "cycle_review": _("Review of the cycles"),
        "exposure": _("By dose and time taken"),
        "taper": _("While the dose is lowered"),
        "eye_screening": _("Eyes"),
        "review": _("Reviews"),
    }
    for name in RULE_LISTS:
        rules = tuple(_asked(rule, protocol) for rule in getattr(drug, name))
        if rules:
            yield Group(name.replace("_", "-"), titles[name], rules)
    pairs = tuple(_asked(pair, protocol) for pair in protocol.pairs if drug.id in pair.drugs)
    if pairs:
        yield Group("together", _("Together with another drug"), pairs)


def _asked(rule: Rule, protocol: MonitoringProtocol) -> Asked:
    return Asked(rule.id, what(rule, protocol), when(rule, protocol), rule.source, rule.kind, rule.note)


def _tested(drug: DrugMonitoring, protocol: MonitoringProtocol) -> set[str]:
    """The analytes that satisfy what the drug asks for."""
    found: set[str] = set()
    for rule in describe(drug):
        for item in items_of(rule):
            found.update(*protocol.items[item].satisfied_by)
    return found


def _trends(tested: set[str], protocol: MonitoringProtocol) -> Iterator[Asked]:
    for trend in (one for analyte in sorted(tested) for one in protocol.trends.get(analyte, ())):
        words = trend_in_words(trend, protocol)
        yield Asked(trend.id, words, trend.action, trend.source, trend.kind, trend.note, trend.grade)


def _band(one: Threshold, protocol: MonitoringProtocol) -> Asked:
    words = f"{protocol.analytes[one.analyte].name} {limit(one)}"
    return Asked(one.id, words, one.action, one.source, one.kind, one.note, one.grade)


def _after_stop(drug: DrugMonitoring) -> Iterator[str]:
    if drug.after_stop:
        yield drug.after_stop
    if drug.limits_after_stop_days is not None:
        span = amount_of_time(drug.limits_after_stop_days)
        yield _("Its own limits hold for %(time)s after the stop.") % {"time": span}
