"""The options of a rung as offered to one patient: in order, each with what must be seen before choosing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from patients.rules.reasons import Reason
from regimens.protocol.schema import Drug, Part, PathwayProtocol, Rung, RungOption
from regimens.rules.availability import Availability
from regimens.rules.findings import Annotation, AnnotationKind, Option, Phase, Tier
from regimens.rules.scene import Scene, depends_on_patient
from regimens.rules.standing import Trial

DOSES_NOT_SHOWN = "adult doses are not shown under 18"
SPECIALIST_DOSE = "consult specialist: the published algorithm prints no dose"
OUTSIDE = "outside"
_TIER_ORDER = {Tier.PRIMARY: 0, Tier.SECONDARY: 1, Tier.ADJUNCT: 2, Tier.ALTERNATIVE: 3}


@dataclass(frozen=True, eq=False)
class OptionBook:
    """Every printed option, made once a protocol. `printed` is by rung and drugs, for adults and under 18."""

    printed: dict[tuple[str, tuple[str, ...], bool], Option]
    printed_running: dict[tuple[str, tuple[str, ...], bool], Option]
    rungs: dict[str, tuple[RungOption, ...]]
    running: Annotation
    specialist: Option


@lru_cache(maxsize=16)
def option_book(protocol: PathwayProtocol) -> OptionBook:
    printed: dict[tuple[str, tuple[str, ...], bool], Option] = {}
    for rung in protocol.file.rungs:
        for entry in rung.options:
            for minor in (False, True):
                printed[rung.id, entry.drugs, minor] = _printed(protocol, rung, entry, minor)
    end = protocol.because("next.end_of_algorithm")
    running = Annotation(AnnotationKind.RUNNING, "running now", protocol.because("option.running"))
    return OptionBook(
        printed=printed,
        printed_running={key: _marked(option, running) for key, option in printed.items()},
        rungs={rung.id: rung.options for rung in protocol.file.rungs},
        running=running,
        specialist=Option((), end.text, Tier.ALTERNATIVE, "", "", (), (end,)),
    )


def _marked(option: Option, annotation: Annotation) -> Option:
    return replace(option, annotations=(annotation, *option.annotations))


def _printed(protocol: PathwayProtocol, rung: Rung, entry: RungOption, minor: bool) -> Option:
    drugs = [protocol.drugs[drug] for drug in entry.drugs]
    notes = tuple(
        Annotation(remark.annotation, remark.text, protocol.because(remark.id))
        for remark in protocol.file.remarks
        if not depends_on_patient(remark)
        and len(entry.drugs) == 1
        and entry.drugs[0] in remark.drugs
        and (not remark.rungs or rung.id in remark.rungs)
    )
    return Option(
        drugs=entry.drugs,
        name=" + ".join(drug.name for drug in drugs),
        tier=entry.tier,
        rung=rung.id,
        dose_text=DOSES_NOT_SHOWN if minor else _dose_text(drugs, rung),
        annotations=notes,
        reasons=(protocol.because(f"rung.{rung.id}"),),
        adverse_effects=_joined(drug.adverse_effects for drug in drugs),
        monitoring_named=_joined(drug.monitoring_named for drug in drugs),
    )


def _dose_text(drugs: list[Drug], rung: Rung) -> str:
    if len(drugs) == 1:
        for dose in drugs[0].doses:
            if rung.id in dose.rungs:
                return dose.text
    return SPECIALIST_DOSE


def _joined(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for group in groups for word in group))


@dataclass(slots=True)
class Menu:
    """Makes options for one scene."""

    scene: Scene
    available: Availability
    book: OptionBook

    @property
    def minor(self) -> bool:
        return self.scene.minor is True

    def base(self, rung_id: str) -> list[Option]:
        """The corticosteroids of a rung that can be given."""
        return [
            self.option(rung_id, entry.drugs)
            for entry in self.book.rungs[rung_id]
            if entry.part is Part.BASE and entry.drugs[0] not in self.available.withheld
        ]

    def is_open(self, rung_id: str) -> bool:
        """Whether any immunosuppressant of the rung can still be given."""
        return any(entry.part is Part.PARTNER and self._may_give(entry) for entry in self.book.rungs[rung_id])

    def _may_give(self, entry: RungOption) -> bool:
        if len(entry.drugs) > 1:
            return all(self.available.may_combine(drug) for drug in entry.drugs)
        return self.available.may_start(entry.drugs[0])

    def partners(self, rung_id: str, *, without: frozenset[tuple[str, ...]] = frozenset()) -> list[Option]:
        """The rung's immunosuppressants in order of offer; those that may not be given come last, marked so.

        Drugs judged ineffective in this course are left out. In a later course one that was ineffective before is
        left out too unless the rung has nothing else (reading 19).
        """
        entries = [
            entry
            for entry in self.book.rungs[rung_id]
            if entry.part is Part.PARTNER and entry.drugs not in without and not self._ineffective(entry)
        ]
        fresh = [entry for entry in entries if not self._ineffective_before(entry)]
        if any(self._may_give(entry) for entry in fresh):
            entries = fresh
        options = [self.option(rung_id, entry.drugs) for entry in entries]
        if len(options) > 1:
            options.sort(key=self._order)
        return options

    def _ineffective(self, entry: RungOption) -> bool:
        if len(entry.drugs) > 1:
            return False
        trial = self.available.failed.get(entry.drugs[0])
        return trial is not None and not trial.intolerant

    def _ineffective_before(self, entry: RungOption) -> bool:
        return len(entry.drugs) == 1 and entry.drugs[0] in self.available.failed_before

    def _order(self, option: Option) -> tuple[bool, bool, int]:
        lifted = any(
            remark.lifts and (not remark.rungs or option.rung in remark.rungs)
            for drug in option.drugs
            for remark, _ in self.scene.remarks.get(drug, ())
        )
        return (option.blocked, not lifted, _TIER_ORDER[option.tier])

    def option(self, rung_id: str, drugs: tuple[str, ...]) -> Option:
        """A printed option with what this patient's history and conditions add."""
        printed = self.book.printed[rung_id, drugs, self.minor]
        history, remarks = self.available.history, self.scene.remarks
        if not history and not remarks:
            return printed
        extra: list[Annotation] = []
        tier = printed.tier
        for drug in drugs:
            extra += history.get(drug, ())
            for remark, annotation in remarks.get(drug, ()):
                if remark.rungs and rung_id not in remark.rungs:
                    continue
                extra.append(annotation)
                if remark.lifts and tier is Tier.SECONDARY:
                    tier = Tier.PRIMARY
        if not extra:
            return printed
        return replace(printed, annotations=(*printed.annotations, *extra), tier=tier)

    def running(self, trial: Trial) -> Option:
        """A drug that runs, on the rung where it belongs."""
        return self._as_running(self._of_trial(trial))

    def _as_running(self, option: Option) -> Option:
        key = (option.rung, option.drugs, self.minor)
        if self.book.printed.get(key) is option:
            return self.book.printed_running[key]
        return _marked(option, self.book.running)

    def given_in_cycles(self, trial: Trial) -> Option:
        """A drug given in cycles that still acts."""
        return self._of_trial(trial)

    def running_pair(self, drugs: tuple[str, ...]) -> Option:
        return self._as_running(self.option("maintenance_b", drugs))

    def immunoglobulin(self, *, running: bool = False) -> Option:
        option = self.option("adjunct", ("normal_immunoglobulin",))
        return self._as_running(option) if running else option

    def adjunct(self, rung_id: str, drug: str, rule: str) -> Option:
        """A corticosteroid of a rung, offered beside the step."""
        option = self.option(rung_id, (drug,))
        return replace(option, tier=Tier.ADJUNCT, reasons=(*option.reasons, self.scene.protocol.because(rule)))

    def _of_trial(self, trial: Trial) -> Option:
        drugs = (trial.drug,)
        group = self.scene.group.value
        maintenance = ["maintenance_a", "maintenance_c"]
        induction = [f"{group}_{trial.line}"] if trial.line else []
        induction += [f"{other}_{line}" for other in (group, "severe", "non_severe") for line in (1, 2, 3)]
        in_remission = self.scene.course.phase is Phase.MAINTENANCE
        for rung_id in maintenance + induction if in_remission else induction + maintenance:
            if (rung_id, drugs, False) in self.book.printed:
                return self.option(rung_id, drugs)
        reason = self.scene.protocol.because("option.outside_ladder")
        return Option(drugs, trial.name, Tier.ALTERNATIVE, OUTSIDE, SPECIALIST_DOSE, (), (reason,))

    def as_alternatives(self, options: list[Option], rule: str) -> list[Option]:
        """The same options, ranked below the next step."""
        return [self._below(option, rule) for option in options if not option.blocked]

    def _below(self, option: Option, rule: str) -> Option:
        protocol = self.scene.protocol
        if self.book.printed.get((option.rung, option.drugs, self.minor)) is option:
            return _printed_below(protocol, option.rung, option.drugs, self.minor, rule)
        return _ranked_below(option, protocol.because(rule))


def _ranked_below(option: Option, reason: Reason) -> Option:
    return replace(option, tier=Tier.ALTERNATIVE, reasons=(*option.reasons, reason))


@lru_cache(maxsize=1024)
def _printed_below(protocol: PathwayProtocol, rung: str, drugs: tuple[str, ...], minor: bool, rule: str) -> Option:
    """An option without anything of the patient's own, ranked below the step: made once a protocol."""
    return _ranked_below(option_book(protocol).printed[rung, drugs, minor], protocol.because(rule))
