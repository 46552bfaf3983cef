"""What a schedule must satisfy: its risk tiers, and what it shares with the other schedules of its folder."""

from collections.abc import Sequence

from monitoring.protocol.definitions import MonitoringProtocol, RiskTierRule, ScheduleFile
from monitoring.rules.vocabulary import RiskTier
from patients.protocol.tables import ProtocolError


def check_schedule(plan: ScheduleFile, protocol: MonitoringProtocol) -> None:
    """Raises ProtocolError on the first fault in how visits missed and risk tiers are read."""
    file = f"schedule_{plan.id}.toml"
    if plan.missed_visits.most < 1 or not plan.missed_visits.source:
        raise ProtocolError(f"{file}, missed visits: at least 1, and with a source")
    if not plan.risk_tier and plan.assessment_holds_days is None:
        return
    if not plan.risk_tier or plan.assessment_holds_days is None or plan.assessment_holds_days < 1:
        raise ProtocolError(f"{file}: risk tiers and assessment_holds_days (at least 1) go together")
    tiers = {rule.tier: _intervals(rule, protocol, file) for rule in plan.risk_tier}
    if len(tiers) < len(plan.risk_tier) or set(tiers) != set(RiskTier):
        raise ProtocolError(f"{file}: each risk tier is given once: {', '.join(RiskTier)}")
    low, standard, high = (tiers[tier] for tier in (RiskTier.LOW, RiskTier.STANDARD, RiskTier.HIGH))
    if not set(low) == set(standard) == set(high):
        raise ProtocolError(f"{file}: every risk tier gives an interval for the same profiles")
    for profile, interval in standard.items():
        where = f"{file}, profile {profile!r}"
        if interval != protocol.profiles[profile].phases[-1].interval_days:
            raise ProtocolError(f"{where}: the standard tier has the interval of the profile's last phase")
        if not high[profile] <= interval <= low[profile]:
            raise ProtocolError(f"{where}: high risk is looked at most often and low risk least often")


def _intervals(rule: RiskTierRule, protocol: MonitoringProtocol, file: str) -> dict[str, int]:
    where = f"{file}, risk tier {rule.id!r}"
    if not rule.source:
        raise ProtocolError(f"{where}: the source is empty")
    found = {one.profile: one.interval_days for one in rule.intervals}
    if len(found) < len(rule.intervals):
        raise ProtocolError(f"{where}: a profile is named twice")
    for profile, interval in found.items():
        if profile not in protocol.profiles:
            raise ProtocolError(f"{where}: there is no profile {profile!r}")
        if interval < 1:
            raise ProtocolError(f"{where}: the interval must be at least 1 day")
    return found


def check_alike(found: Sequence[MonitoringProtocol]) -> None:
    """Raises ProtocolError when schedules of one folder differ in more than their intervals and risk tiers.

    A worklist over several clinics judges every item by one window, and a drug's file names profiles of every schedule.
    """
    first = found[0]
    for other in found[1:]:
        where = f"schedule_{other.schedule_id}.toml"
        if other.version in {one.version for one in found if one is not other}:
            raise ProtocolError(f"{where}: the version {other.version!r} is another schedule's")
        if set(other.profiles) != set(first.profiles):
            one_sided = sorted(set(other.profiles) ^ set(first.profiles))
            raise ProtocolError(f"{where}: not the profiles of schedule_{first.schedule_id}.toml: {one_sided[0]!r}")
        if other.defaults != first.defaults or other.groups != first.groups:
            raise ProtocolError(
                f"{where}: defaults and patient groups must be those of schedule_{first.schedule_id}.toml: one "
                "worklist shows the patients of every clinic"
            )
