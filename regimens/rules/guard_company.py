"""What a drug meets: other drugs that run, the patient's conditions, and the present step of the pathway."""

from patients.rules.reasons import FactReference, Predicate, Truth
from patients.rules.vocabulary import ConditionKind, Subtype
from patients.rules.wording import display_date
from regimens.protocol.schema import DrugClass, Part
from regimens.rules.findings import AnnotationKind, Phase, SeverityGroup
from regimens.rules.guard_findings import GuardCode, GuardFinding, GuardLevel
from regimens.rules.guard_subject import FOLIC_ACID, METHOTREXATE, Subject, course_fact, drug_named, same_drug
from regimens.rules.pathway import evaluate
from regimens.rules.record import Course
from regimens.rules.scene import IMMUNOGLOBULIN, condition_predicate
from regimens.rules.vocabulary import CourseRole, Route

PULSE = "methylprednisolone_sodium_succinate"
_CODES = {AnnotationKind.BLOCKED: GuardCode.WITHHELD, AnnotationKind.CAUTION: GuardCode.CAUTION}


def company_findings(subject: Subject) -> list[GuardFinding]:
    """Cautions at every dose; what only a start can change, at the start."""
    if subject.drug is None:
        return _outside(subject) + (_same(subject) + _classes(subject) if subject.starting else [])
    if subject.topical:
        return []
    found = _cautions(subject) + _folic_acid(subject)
    if subject.starting:
        found += _same(subject) + _classes(subject) + _combinations(subject) + _alone(subject) + _step(subject)
    return found


def _note(subject: Subject, code: GuardCode, words: str, rule: str, *predicates: Predicate) -> GuardFinding:
    return subject.finding(code, words, rule, *predicates, level=GuardLevel.NOTE)


def _outside(subject: Subject) -> list[GuardFinding]:
    words = subject.protocol.because("guard.outside_catalogue").text
    unknown = Predicate(f"{subject.name} is in the catalogue", Truth.FALSE)
    return [_note(subject, GuardCode.NOT_CHECKED, words, "guard.outside_catalogue", unknown)]


def _cautions(subject: Subject) -> list[GuardFinding]:
    """The pathway's own remarks on this drug, the guard's cautions, and the banners that neither has said."""
    found: list[GuardFinding] = []
    said: set[ConditionKind] = set()
    conditions = subject.scene.conditions
    for held in subject.scene.remarks.get(subject.slug, ()):
        remark = held.remark
        code = _CODES.get(remark.annotation)
        if code is not None:
            found.append(subject.finding(code, remark.text, remark.id, *held.reason(subject.scene).predicates))
            said |= set(remark.conditions)
    for caution in subject.protocol.file.guard_cautions:
        present = [conditions[kind] for kind in caution.conditions if kind in conditions]
        if present and subject.slug in caution.drugs:
            predicates = [condition_predicate(condition) for condition in present]
            found.append(subject.finding(GuardCode.CAUTION, caution.text, caution.id, *predicates))
            said |= set(caution.conditions)
    if subject.role is not CourseRole.IMMUNOSUPPRESSANT:
        return found
    for banner in subject.protocol.file.banners:
        present = [conditions[kind] for kind in banner.conditions if kind in conditions and kind not in said]
        if present:
            predicates = [condition_predicate(condition) for condition in present]
            found.append(_note(subject, GuardCode.CAUTION, banner.text, banner.id, *predicates))
    return found


def _overlapping(subject: Subject) -> list[Course]:
    """Other courses that run on the day, or begin later: a start is not ended by them."""
    return [
        course
        for course in subject.record.courses
        if not course.never_given and (course.stop_on is None or course.stop_on > subject.on)
    ]


def _runs(course: Course, name: str) -> Predicate:
    return Predicate(f"{name} runs", Truth.TRUE, (course_fact(course, name),))


def _name(subject: Subject, course: Course) -> str:
    drug = subject.protocol.drugs.get(course.drug)
    return drug.name if drug else course.drug_text or course.drug


def _same(subject: Subject) -> list[GuardFinding]:
    found = []
    if subject.in_words and subject.drug is not None:
        words = "entered in words; choose it in the catalogue, so that its doses and its monitoring are followed"
        predicate = Predicate(f"{subject.drug.name} is in the catalogue", Truth.TRUE)
        found.append(subject.finding(GuardCode.IN_CATALOGUE, words, "guard.in_catalogue", predicate))
    for course in _overlapping(subject):
        if same_drug(subject, course) and course.route is not Route.TOPICAL:
            name = _name(subject, course)
            words = f"already taken, {name} from {display_date(course.start_on, course.start_precision)}"
            found.append(subject.finding(GuardCode.SAME_DRUG, words, "guard.same_drug", _runs(course, name)))
    return found


def _classes(subject: Subject) -> list[GuardFinding]:
    """Another drug of the class beside it: one treatment given twice."""
    found = []
    for drug_class in subject.protocol.catalogue.classes:
        if not _belongs(subject, drug_class, subject.slug, subject.name, subject.route):
            continue
        for course in _overlapping(subject):
            name = _name(subject, course)
            if same_drug(subject, course) or not _belongs(subject, drug_class, course.drug, name, course.route):
                continue
            words = f"beside {name}: two {drug_class.name} at a time"
            found.append(subject.finding(GuardCode.SAME_CLASS, words, drug_class.id, _runs(course, name)))
    return found


def _belongs(subject: Subject, drug_class: DrugClass, slug: str, name: str, route: Route) -> bool:
    if drug_class.routes and route not in drug_class.routes:
        return False
    named = drug_named(subject.protocol, name)
    if slug in drug_class.drugs or (named is not None and named.id in drug_class.drugs):
        return True
    outside = subject.protocol.catalogue.corticosteroids_outside if drug_class.corticosteroids_outside else ()
    return not slug and name.strip().casefold() in outside


def _combinations(subject: Subject) -> list[GuardFinding]:
    """The pairs that are printed for maintenance (b), and two first-line drugs together (readings 13, 32)."""
    if subject.role is not CourseRole.IMMUNOSUPPRESSANT:
        return []
    rungs = subject.protocol.rungs
    pairs = [set(option.drugs) for option in rungs["maintenance_b"].options if len(option.drugs) == 2]
    first = {
        drug for option in rungs[subject.scene.rung(1)].options if option.part is Part.PARTNER for drug in option.drugs
    }
    found = []
    for course in _overlapping(subject):
        if course.role is not CourseRole.IMMUNOSUPPRESSANT or course.drug not in subject.protocol.drugs:
            continue
        name, together = _name(subject, course), {subject.slug, course.drug}
        if together in pairs:
            in_remission = subject.scene.course.phase is Phase.MAINTENANCE
            rule = "guard.named_combination_maintenance" if in_remission else "guard.named_combination"
            words = f"with {name}: {subject.protocol.because(rule).text}"
            found.append(_note(subject, GuardCode.NAMED_COMBINATION, words, rule, _runs(course, name)))
        elif len(together) == 2 and together <= first:
            rule = "guard.two_of_line_1"
            words = f"with {name}: {subject.protocol.because(rule).text}"
            found.append(_note(subject, GuardCode.TWO_OF_LINE_1, words, rule, _runs(course, name)))
    return found


def _folic_acid(subject: Subject) -> list[GuardFinding]:
    """Missing when it was stopped or refused; unknown when nobody wrote anything about it."""
    if subject.slug != METHOTREXATE:
        return []
    seen = [course for course in subject.record.courses if _is_folic_acid(subject, course)]
    if any(course in seen for course in _overlapping(subject)):
        return []
    truth = Truth.FALSE if seen else Truth.UNKNOWN
    facts: tuple[FactReference, ...] = tuple(course_fact(course, "folic acid") for course in seen)
    words = "folic acid does not run beside it" if seen else "folic acid is not recorded beside it"
    predicate = Predicate("folic acid runs", truth, facts)
    return [_note(subject, GuardCode.FOLIC_ACID, words, "guard.folic_acid", predicate)]


def _is_folic_acid(subject: Subject, course: Course) -> bool:
    named = drug_named(subject.protocol, course.drug_text)
    return course.drug == FOLIC_ACID or (named is not None and named.id == FOLIC_ACID)


def _alone(subject: Subject) -> list[GuardFinding]:
    """Immunoglobulin without an immunosuppressant, outside pregnancy, infection and malignancy (reading 10)."""
    if subject.slug != IMMUNOGLOBULIN or subject.scene.monotherapy_situation:
        return []
    if any(course.role is CourseRole.IMMUNOSUPPRESSANT for course in _overlapping(subject)):
        return []
    rule = "guard.immunoglobulin_alone"
    words = subject.protocol.because(rule).text
    predicate = Predicate("an immunosuppressant runs", Truth.FALSE)
    return [_note(subject, GuardCode.IMMUNOGLOBULIN_ALONE, words, rule, predicate)]


def _step(subject: Subject) -> list[GuardFinding]:
    """Whether the published algorithm offers the drug at this step. A note: the order is advice, not a rule."""
    code = GuardCode.NOT_AN_OPTION
    if subject.record.patient.person.subtype is Subtype.INCLUSION_BODY_MYOSITIS:
        rule = "scope.inclusion_body_myositis"
        return [_note(subject, code, subject.protocol.because(rule).text, rule)]
    if subject.drug is not None and subject.drug.role is CourseRole.OUTSIDE_PATHWAY:
        rule = "guard.outside_pathway"
        return [_note(subject, code, subject.protocol.because(rule).text, rule)]
    if subject.slug == PULSE and subject.scene.severity.group is SeverityGroup.NON_SEVERE:
        rule = "guard.pulse_not_listed"
        severe = Predicate("severe", Truth.FALSE)
        return [_note(subject, code, subject.protocol.because(rule).text, rule, severe)]
    if subject.role is not CourseRole.IMMUNOSUPPRESSANT:
        return []
    findings = evaluate(subject.record, subject.protocol, subject.on)
    offered = (*findings.options, *findings.alternatives, *findings.adjuncts)
    if any(subject.slug in option.drugs for option in offered):
        return []
    rule = "guard.not_an_option"
    step = Predicate(f"next step: {findings.next_step.text}", Truth.TRUE)
    return [_note(subject, code, subject.protocol.because(rule).text, rule, step)]
