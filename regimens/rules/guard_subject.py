"""What the dose guard looks at: one drug with its dose, about to be given to one patient on one day."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from patients.rules.as_of import weight_on
from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.record import Weight
from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import DoseRule, Drug, PathwayProtocol
from regimens.rules.guard_findings import STOPS, GuardCode, GuardFinding, GuardLevel
from regimens.rules.proposals import ChangeDose, StartDrug
from regimens.rules.record import Course, DosePeriod, TreatmentRecord
from regimens.rules.scene import IMMUNOGLOBULIN, Scene, scene_of
from regimens.rules.vocabulary import CourseRole, DoseUnit, Frequency, Route

METHOTREXATE = "methotrexate"
FOLIC_ACID = "folic_acid"
# Beyond these a number is a slip of the keyboard, and arithmetic with it would only overflow.
_LEAST, _MOST = Decimal("1e-9"), Decimal("1e12")
_HOW_OFTEN_UNKNOWN = frozenset({Frequency.NOT_RECORDED, Frequency.AS_TEXT})


@dataclass(frozen=True, slots=True)
class Subject:
    """A start (`course` None) or a dose change. `scene` is the patient on the day, without the proposal.

    `known_on` is the later of the day and the day of asking: what is known of a drug by then counts, even where the
    entry is about an earlier day. `dose` has an amount only where it is one; `drug` is None outside the catalogue.
    """

    protocol: PathwayProtocol
    record: TreatmentRecord
    scene: Scene
    on: date
    known_on: date
    drug: Drug | None
    name: str
    in_words: bool
    role: CourseRole
    route: Route
    dose: DosePeriod
    course: Course | None
    weight: Weight | None

    @property
    def slug(self) -> str:
        return self.drug.id if self.drug else ""

    @property
    def starting(self) -> bool:
        return self.course is None

    @property
    def minor(self) -> bool:
        return self.scene.minor is True

    @property
    def topical(self) -> bool:
        """On the skin, where no systemic dose and no duplicate is to be feared."""
        return self.route is Route.TOPICAL

    @property
    def how_often_unknown(self) -> bool:
        return self.dose.frequency in _HOW_OFTEN_UNKNOWN

    @property
    def facts(self) -> tuple[FactReference, ...]:
        """The course whose dose changes; nothing for a start, which is not recorded yet."""
        return () if self.course is None else (course_fact(self.course, self.name),)

    def finding(
        self, code: GuardCode, words: str, rule: str, *predicates: Predicate, level: GuardLevel = GuardLevel.WARN
    ) -> GuardFinding:
        """A message about this drug; the level of the three that stop is theirs alone."""
        facts = dict.fromkeys([*self.facts, *(fact for predicate in predicates for fact in predicate.facts)])
        level = GuardLevel.STOP if code in STOPS else level
        reason = self.protocol.because(rule, *predicates)
        return GuardFinding(code, level, f"{self.name}: {words}", tuple(facts), reason)


def subject_of(
    record: TreatmentRecord, protocol: PathwayProtocol, proposal: StartDrug | ChangeDose, as_of: date
) -> Subject | None:
    """None when the dose of a course changes that the record does not have."""
    course: Course | None = None
    if isinstance(proposal, ChangeDose):
        course = next((course for course in record.courses if course.id == proposal.course), None)
        if course is None:
            return None
    given = course or proposal
    assert not isinstance(given, ChangeDose)
    drug = protocol.drugs.get(given.drug) or drug_named(protocol, given.drug_text)
    return Subject(
        protocol=protocol,
        record=record,
        scene=scene_of(record, protocol, proposal.on),
        on=proposal.on,
        known_on=max(proposal.on, as_of),
        drug=drug,
        name=drug.name if drug else given.drug_text or given.drug or "drug not named",
        in_words=not given.drug and drug is not None,
        role=given.role,
        route=given.route,
        dose=replace(proposal.dose, amount=sound(proposal.dose.amount)),
        course=course,
        weight=sound_weight(record, proposal.on),
    )


def sound(amount: Decimal | None) -> Decimal | None:
    """The amount as a number to reckon with: above 0, and held within what any dose could be; None where it is none."""
    if amount is None or not amount.is_finite() or amount <= 0:
        return None
    return max(_LEAST, min(amount, _MOST))


def sound_weight(record: TreatmentRecord, on: date) -> Weight | None:
    """The latest weight on or before the day, unless it can be no weight."""
    weight = weight_on(record.patient, on)
    kilograms = None if weight is None else sound(weight.kilograms)
    return None if weight is None or kilograms is None else replace(weight, kilograms=kilograms)


@lru_cache(maxsize=16)
def _names(protocol: PathwayProtocol) -> dict[str, Drug]:
    return {
        word.casefold(): drug
        for drug in protocol.catalogue.drugs
        for word in (drug.id, drug.name, drug.word_in_cases, *drug.synonyms)
    }


@lru_cache(maxsize=16)
def _a_name_among_words(protocol: PathwayProtocol) -> re.Pattern[str]:
    """Finds a name or synonym as whole words, the longest of those that begin at one place."""
    names = sorted(_names(protocol), key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")


def drug_named(protocol: PathwayProtocol, text: str) -> Drug | None:
    """The catalogue's drug of which these words are, or hold, a name or a synonym: `methotrexate 2.5 mg tablets`."""
    found = _a_name_among_words(protocol).search(" ".join(text.split()).casefold())
    return _names(protocol)[found.group()] if found else None


def same_drug(subject: Subject, course: Course) -> bool:
    """Whether a course is of the drug about to be given, by whichever of its names."""
    drug = subject.protocol.drugs.get(course.drug) or drug_named(subject.protocol, course.drug_text)
    if subject.drug is not None or drug is not None:
        return drug is subject.drug
    return course.drug_text.strip().casefold() == subject.name.strip().casefold()


def printed_rule(subject: Subject) -> DoseRule | None:
    """The printed dose with its limits, that of the patient's group first. Doses by vein bind no other route."""
    drug = subject.drug
    if drug is None or subject.topical or (drug.id == IMMUNOGLOBULIN and subject.route is Route.SUBCUTANEOUS):
        return None
    rules = [rule for rule in drug.doses if rule.per is not None]
    own = f"{subject.scene.group.value}_"
    return next((rule for rule in rules if any(rung.startswith(own) for rung in rule.rungs)), (*rules, None)[0])


def course_fact(course: Course, name: str) -> FactReference:
    began = display_date(course.start_on, course.start_precision)
    label = f"{name}, never given, {began}" if course.never_given else f"{name} from {began}"
    return FactReference("course", course.id, label)


def weight_predicate(weight: Weight) -> Predicate:
    label = f"{display_number(weight.kilograms)} kg on {display_date(weight.on)}"
    return Predicate(f"body weight {label}", Truth.TRUE, (FactReference("weight", weight.id, label),))


def dose_words(dose: DosePeriod) -> str:
    """`1 g per kg body weight, once a day`."""
    if dose.amount is None:
        return "dose not recorded"
    unit = dose.unit.label if dose.unit else "unit not recorded"
    if dose.unit is DoseUnit.MICROGRAM and dose.amount == 1:
        unit = "microgram"
    basis = "" if dose.basis.value == "flat" else f" {dose.basis.label}"
    how_often = dose.frequency_text if dose.frequency is Frequency.AS_TEXT else dose.frequency.label
    return f"{display_number(dose.amount)} {unit}{basis}, {how_often or dose.frequency.label}"
