"""The options of a rung as offered to one patient: in order, each with what must be seen before choosing."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from patients.rules.reasons import Reason
from regimens.protocol.schema import Drug, Part, PathwayProtocol, Rung, RungOption
from regimens.rules.availability import Availability
from regimens.rules.findings import Annotation, AnnotationKind, Option, Phase, SeverityGroup, Tier
from regimens.rules.scene import Scene, depends_on_patient
from regimens.rules.standing import Trial

DOSES_NOT_SHOWN = "adult doses are not shown under 18"
SPECIALIST_DOSE = "consult specialist: the published algorithm prints no dose"
OUTSIDE = "outside"
_TIER_ORDER = {Tier.PRIMARY: 0, Tier.SECONDARY: 1, Tier.ADJUNCT: 2, Tier.ALTERNATIVE: 3}


# Rung, drugs, and whether it is for somebody under 18.
PrintedKey = tuple[str, tuple[str, ...], bool]


@dataclass(frozen=True, eq=False)
class OptionBook:
    """Every printed option, made once a protocol."""

    printed: dict[PrintedKey, Option]
    printed_running: dict[PrintedKey, Option]
    base: dict[str, tuple[RungOption, ...]]
    partners: dict[str, tuple[RungOption, ...]]
    running: Annotation
    specialist: Option


@lru_cache(maxsize=16)
def option_book(protocol: PathwayProtocol) -> OptionBook:
    printed: dict[PrintedKey, Option] = {}
    for rung in protocol.file.rungs:
        for entry in rung.options:
            for minor in (False, True):
                printed[rung.id, entry.drugs, minor] = _printed(protocol, rung, entry, minor)
    end = protocol.because("next.end_of_algorithm")
    running = Annotation(AnnotationKind.RUNNING, "running now", protocol.because("option.running"))
    return OptionBook(
        printed=printed,
        printed_running={key: _marked(option, running) for key, option in printed.items()},
        base={rung.id: _entries(rung, Part.BASE) for rung in protocol.file.rungs},
        partners={rung.id: _entries(rung, Part.PARTNER) for rung in protocol.file.rungs},
        running=running,
        specialist=Option((), end.text, Tier.ALTERNATIVE, "", "", (), (end,)),
    )


def _entries(rung: Rung, part: Part) -> tuple[RungOption, ...]:
    return tuple([entry for entry in rung.options if entry.part is part])


def _changed(option: Option, annotations: tuple[Annotation, ...], tier: Tier, reasons: tuple[Reason, ...]) -> Option:
    """The option with other annotations, tier and reasons; `replace` would do, at several times the cost."""
    return Option(
        option.drugs,
        option.name,
        tier,
        option.rung,
        option.dose_text,
        annotations,
        reasons,
        option.adverse_effects,
        option.monitoring_named,
    )


def _marked(option: Option, annotation: Annotation) -> Option:
    return _changed(option, (annotation, *option.annotations), option.tier, option.reasons)


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

    minor: bool = field(init=False)

    def __post_init__(self) -> None:
        self.minor = self.scene.minor is True

    def base(self, rung_id: str) -> list[Option]:
        """The corticosteroids of a rung that can be given."""
        return [
            self.option(rung_id, entry.drugs)
            for entry in self.book.base[rung_id]
            if entry.drugs[0] not in self.available.withheld
        ]

    def is_open(self, rung_id: str) -> bool:
        """Whether any immunosuppressant of the rung can still be given."""
        return self._any_may_be_given(self.book.partners[rung_id])

    def _any_may_be_given(self, entries: Iterable[RungOption]) -> bool:
        shut, failed = self.available.shut, self.available.failed
        for entry in entries:
            drugs = entry.drugs
            if len(drugs) > 1:
                # An ineffective drug may come back in a named combination (reading 19).
                if shut.isdisjoint(drugs):
                    return True
            elif drugs[0] not in shut and drugs[0] not in failed:
                return True
        return False

    def partners(self, rung_id: str, *, without: frozenset[tuple[str, ...]] = frozenset()) -> list[Option]:
        """The rung's immunosuppressants in order of offer; those that may not be given come last, marked so.

        Drugs judged ineffective in this course are left out. In a later course one that was ineffective before is
        left out too unless the rung has nothing else (reading 19).
        """
        return self._in_order([self.option(rung_id, entry.drugs) for entry in self._offered(rung_id, without)])

    def untried(self, rung_id: str, known: Container[tuple[str, ...]] = ()) -> list[Option]:
        """Those of the rung's immunosuppressants in order of offer that were never taken and are not among `known`."""
        tried = self.available.tried
        return self._in_order(
            [
                self.option(rung_id, entry.drugs)
                for entry in self._offered(rung_id, frozenset())
                if entry.drugs not in known and entry.drugs[0] not in tried
            ]
        )

    def _offered(self, rung_id: str, without: frozenset[tuple[str, ...]]) -> Sequence[RungOption]:
        entries: Sequence[RungOption] = self.book.partners[rung_id]
        if without:
            entries = [entry for entry in entries if entry.drugs not in without]
        if self.available.failed:
            entries = [entry for entry in entries if not self._ineffective(entry)]
        if self.available.failed_before:
            fresh = [entry for entry in entries if not self._ineffective_before(entry)]
            if self._any_may_be_given(fresh):
                return fresh
        return entries

    def _ineffective(self, entry: RungOption) -> bool:
        if len(entry.drugs) > 1:
            return False
        trial = self.available.failed.get(entry.drugs[0])
        return trial is not None and not trial.intolerant

    def _ineffective_before(self, entry: RungOption) -> bool:
        return len(entry.drugs) == 1 and entry.drugs[0] in self.available.failed_before

    def _in_order(self, options: list[Option]) -> list[Option]:
        if len(options) > 1:
            options.sort(key=self._order)
        return options

    def _order(self, option: Option) -> tuple[bool, bool, int]:
        return (option.blocked, not self._lifted(option), _TIER_ORDER[option.tier])

    def _lifted(self, option: Option) -> bool:
        for drug in option.drugs:
            for held in self.scene.remarks.get(drug, ()):
                if held.remark.lifts and (not held.remark.rungs or option.rung in held.remark.rungs):
                    return True
        return False

    def option(self, rung_id: str, drugs: tuple[str, ...]) -> Option:
        """A printed option with what this patient's history and conditions add."""
        printed = self.book.printed[rung_id, drugs, self.minor]
        history, remarks = self.available.history, self.scene.remarks
        extra: list[Annotation] = []
        tier = printed.tier
        for drug in drugs:
            if drug in history:
                extra += [note.annotation(self.scene.protocol) for note in history[drug]]
            for held in remarks.get(drug, ()):
                remark = held.remark
                if remark.rungs and rung_id not in remark.rungs:
                    continue
                extra.append(held.annotation(self.scene))
                if remark.lifts and tier is Tier.SECONDARY:
                    tier = Tier.PRIMARY
        if not extra:
            return printed
        return _changed(printed, (*printed.annotations, *extra), tier, printed.reasons)

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
        return self._ranked(self.option(rung_id, (drug,)), Tier.ADJUNCT, rule)

    def _of_trial(self, trial: Trial) -> Option:
        in_remission = self.scene.course.phase is Phase.MAINTENANCE
        rung_id = _own_rung(self.scene.protocol, trial.drug, self.scene.group, trial.line, in_remission)
        if rung_id is not None:
            return self.option(rung_id, (trial.drug,))
        reason = self.scene.protocol.because("option.outside_ladder")
        return Option((trial.drug,), trial.name, Tier.ALTERNATIVE, OUTSIDE, SPECIALIST_DOSE, (), (reason,))

    def as_alternatives(self, options: list[Option], rule: str) -> list[Option]:
        """The same options, ranked below the next step."""
        return [self._ranked(option, Tier.ALTERNATIVE, rule) for option in options if not option.blocked]

    def _ranked(self, option: Option, tier: Tier, rule: str) -> Option:
        key = (option.rung, option.drugs, self.minor)
        if self.book.printed.get(key) is option:
            return _printed_ranked(self.scene.protocol, key, tier, rule)
        reasons = (*option.reasons, self.scene.protocol.because(rule))
        return _changed(option, option.annotations, tier, reasons)


@lru_cache(maxsize=1024)
def _printed_ranked(protocol: PathwayProtocol, key: PrintedKey, tier: Tier, rule: str) -> Option:
    """An option without anything of the patient's own, ranked by another rule: made once a protocol."""
    option = option_book(protocol).printed[key]
    return _changed(option, option.annotations, tier, (*option.reasons, protocol.because(rule)))


@lru_cache(maxsize=1024)
def _own_rung(protocol: PathwayProtocol, drug: str, group: SeverityGroup, line: int, in_remission: bool) -> str | None:
    """The rung of a drug that is taken: in remission its maintenance step, else its line, that of the group first."""
    maintenance = ["maintenance_a", "maintenance_c"]
    induction = [f"{group.value}_{line}"] if line else []
    induction += [f"{other}_{number}" for other in (group.value, "severe", "non_severe") for number in (1, 2, 3)]
    printed = option_book(protocol).printed
    for rung_id in maintenance + induction if in_remission else induction + maintenance:
        if (rung_id, (drug,), False) in printed:
            return rung_id
    return None
