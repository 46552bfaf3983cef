"""Where a patient stands in the published algorithm on a day, and why.

Pure: what was recorded up to and including `as_of` goes in, findings come out. Nothing dated later changes them, and
neither does the order of the rows.
"""

from datetime import date

from patients.rules.reasons import FactReference, Predicate, Reason, Truth
from patients.rules.vocabulary import Subtype
from regimens.protocol.schema import PathwayProtocol
from regimens.rules.adjuncts import adjuncts
from regimens.rules.availability import availability_of
from regimens.rules.findings import NextStepWord, PathwayFindings
from regimens.rules.gaps import gaps_of
from regimens.rules.line_findings import line_findings, line_reasons
from regimens.rules.lines import LINES, line_standing
from regimens.rules.maintenance import maintenance_findings, maintenance_standing
from regimens.rules.next_step import plan_next
from regimens.rules.notices import notices_of
from regimens.rules.options import Menu, option_book
from regimens.rules.phase import phase_finding
from regimens.rules.plan import Plan
from regimens.rules.prompts import adequate_trials, prompts_of
from regimens.rules.record import TreatmentRecord
from regimens.rules.scene import Scene, scene_of
from regimens.rules.severity import severity_finding


def evaluate(record: TreatmentRecord, protocol: PathwayProtocol, as_of: date) -> PathwayFindings:
    """Where the patient stands as of the day. Total: any record gives findings, none raises."""
    scene = scene_of(record, protocol, as_of)
    lines = line_standing(scene)
    steps = maintenance_standing(scene)
    menu = Menu(scene, availability_of(scene), option_book(protocol))
    in_scope = record.patient.person.subtype is not Subtype.INCLUSION_BODY_MYOSITIS
    prompts, not_yet = adequate_trials(scene) if in_scope else ([], ())
    if in_scope:
        plan = plan_next(scene, menu, lines, steps)
    else:
        plan = Plan(NextStepWord.OUT_OF_SCOPE, "next.out_of_scope")
    open_lines = tuple([menu.is_open(scene.rung(line)) for line in LINES])
    return PathwayFindings(
        as_of=as_of,
        protocol_version=protocol.version,
        in_scope=in_scope,
        scope_reasons=(_scope_reason(scene, in_scope),),
        severity=severity_finding(scene.severity, protocol, in_remission=scene.course.in_remission),
        phase=phase_finding(scene.course, protocol),
        line_reached=lines.reached,
        line_ever_reached=lines.ever,
        line_reasons=line_reasons(scene, lines),
        lines=line_findings(scene, lines, open_lines),
        maintenance=maintenance_findings(scene, steps),
        failed_lines=lines.failed,
        failed_drugs=tuple(menu.available.failed),
        running=tuple([trial.standing(as_of) for trial in scene.running]),
        next_step=plan.next_step(protocol, not_yet),
        options=tuple(plan.options),
        alternatives=tuple(plan.alternatives),
        adjuncts=adjuncts(scene, menu, plan) if in_scope else (),
        gaps=gaps_of(scene) if in_scope else (),
        prompts=prompts_of(scene, prompts) if in_scope else (),
        notices=notices_of(scene),
    )


def _scope_reason(scene: Scene, in_scope: bool) -> Reason:
    person = scene.record.patient.person
    if in_scope:
        return scene.protocol.because("scope.in")
    fact = FactReference("patient", person.id, person.subtype.label)
    return scene.protocol.because("scope.inclusion_body_myositis", Predicate(fact.label, Truth.TRUE, (fact,)))
