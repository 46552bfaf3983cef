"""A course about to be started, as the steps of its page show it: the dose, the guard, the baseline, the calendar."""

from dataclasses import dataclass
from datetime import date

from monitoring.protocol.definitions import MonitoringProtocol
from monitoring.rules.baseline import BaselineItem, BaselineState, baseline_checklist
from monitoring.rules.guard import baseline_findings
from monitoring.rules.record import MonitoringRecord
from regimens.protocol.load import load as load_pathway
from regimens.rules.dose_words import DoseWorkedOut, dose_worked_out
from regimens.rules.guard import guard
from regimens.rules.guard_ahead import ahead_findings
from regimens.rules.guard_findings import GuardFinding, in_order
from regimens.rules.proposals import StartDrug
from regimens.rules.vocabulary import Route
from tracker import display


@dataclass(frozen=True, slots=True)
class StartShown:
    """A start with everything said of it. `said` is the dose guard's, `screen` what the baseline lacks of it.

    `against`: what on the record speaks against starting anything today, and a start that lies far ahead.
    """

    start: StartDrug
    name: str
    pairs: tuple[tuple[str, str], ...]
    worked: DoseWorkedOut | None
    said: tuple[GuardFinding, ...]
    screen: tuple[GuardFinding, ...]
    baseline: tuple[BaselineItem, ...]
    against: tuple[GuardFinding, ...] = ()

    @property
    def everything(self) -> tuple[GuardFinding, ...]:
        """What starting the course would say, in its order."""
        return in_order([*self.said, *self.against, *self.screen])

    @property
    def at_first(self) -> tuple[GuardFinding, ...]:
        """What is asked about as soon as drug and dose are typed: all but the baseline, which has a step of its own."""
        return in_order([*self.said, *self.against])

    @property
    def gates(self) -> tuple[GuardFinding, ...]:
        """What speaks for or against the drug itself, whatever its dose."""
        of_the_dose = self.worked.said if self.worked else ()
        return tuple(finding for finding in self.at_first if finding not in of_the_dose)

    @property
    def wanting(self) -> tuple[BaselineItem, ...]:
        """What of the baseline is missing or out of date."""
        return tuple(item for item in self.baseline if item.state in (BaselineState.MISSING, BaselineState.OUT_OF_DATE))


def start_shown(
    record: MonitoringRecord,
    start: StartDrug,
    note: str,
    today: date,
    monitoring: MonitoringProtocol,
    against: tuple[GuardFinding, ...],
) -> StartShown:
    """Worked out afresh at each step, so that a change of the record in between is shown."""
    pathway = load_pathway()
    entry = pathway.drugs.get(start.drug)
    name = entry.name if entry else start.drug_text
    route = start.route.label if start.route is not Route.NOT_RECORDED else ""
    return StartShown(
        start=start,
        name=name,
        pairs=(
            ("Drug", name if entry else f"{name} (outside the pathway)"),
            ("Route", route),
            ("Starts on", display.day(start.on, start.precision)),
            ("Note", note),
        ),
        worked=dose_worked_out(record.treatment, pathway, start, today),
        said=guard(record.treatment, pathway, start, today),
        screen=baseline_findings(record, monitoring, start.drug, start.on, start.route),
        baseline=baseline_checklist(record, monitoring, start.drug, start.on, start.route),
        against=(*ahead_findings(pathway, start, today), *against),
    )
