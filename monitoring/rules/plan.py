"""What a plan for one patient may speak of: the items and drug levels of the protocol; and what is paused now."""

from dataclasses import dataclass
from datetime import date

from monitoring.protocol.definitions import DrugMonitoring, MonitoringProtocol, Profile
from monitoring.rules.intervals import pause_end
from monitoring.rules.levels import taken_on
from monitoring.rules.record import MonitoringRecord, Pause
from patients.rules.entry_order import entry_order

EVERY_DRUG = ""
EVERY_ITEM = ""


@dataclass(frozen=True, slots=True)
class PausedDrug:
    """A drug that is taken while its monitoring is paused: its tests are not asked for before `until`."""

    drug: DrugMonitoring
    pause: Pause
    until: date


def repeated_items(protocol: MonitoringProtocol, drug: str = EVERY_DRUG) -> tuple[str, ...]:
    """The items that the schedule repeats along a profile for this drug, in the protocol's order; "" for any drug.

    These are the ones whose interval can be another for one patient. What is done once, what follows an infusion and
    what follows the steroid dose are counted otherwise.
    """
    return tuple(item for item in protocol.items if profiles_of(protocol, drug, item))


def profiles_of(protocol: MonitoringProtocol, drug: str, item: str) -> tuple[Profile, ...]:
    """The profiles by which a drug ("" for any) has an item repeated; none when it does not."""
    drugs = protocol.drugs.values() if drug == EVERY_DRUG else [protocol.drugs[drug]]
    named = [rule.profile for one in drugs for rule in one.repeat if item in rule.items]
    named += [rule.profile for one in drugs for rule in one.trough if item == rule.item]
    named += [pair.profile for pair in protocol.pairs if drug in (EVERY_DRUG, *pair.drugs) and item in pair.items]
    return tuple(protocol.profiles[name] for name in dict.fromkeys(named))


def paused_drugs(record: MonitoringRecord, protocol: MonitoringProtocol, as_of: date) -> tuple[PausedDrug, ...]:
    """Every drug that is taken on the day and asks for tests while its monitoring is paused, by name.

    Of several pauses over one drug it is the one that holds longest.
    """
    found = []
    for drug_id in sorted({course.drug for course in taken_on(record.treatment.courses, as_of)}):
        drug = protocol.drugs.get(drug_id)
        running = [
            pause
            for pause in record.pauses
            if pause.drug in (EVERY_DRUG, drug_id) and pause.from_on <= as_of < pause_end(pause)
        ]
        if drug is not None and not drug.nothing_needed and running:
            longest = max(running, key=lambda pause: (pause_end(pause), pause.drug, entry_order(pause.id)))
            found.append(PausedDrug(drug, longest, pause_end(longest)))
    return tuple(sorted(found, key=lambda each: each.drug.name))
