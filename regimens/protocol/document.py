"""The pathway's protocol as Markdown, for docs/clinical/pathway.md. A pure function of the protocol."""

from collections.abc import Iterable
from decimal import Decimal

from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import (
    Comparison,
    Drug,
    PathwayProtocol,
    Remark,
    Rung,
    RungOption,
    TargetDose,
    UsualUpper,
)

DISCLAIMER = (
    "Generated from `regimens/protocol/pathway.toml` and `regimens/protocol/drugs.toml`; change those, not this page. "
    "Not clinical advice: every entry has to be confirmed by a clinician before it is used for patients."
)


def render(protocol: PathwayProtocol) -> str:
    """The whole page: settings, rungs, remarks, doses, rules and readings, each with what it rests on."""
    parts = [
        *_heading(protocol),
        *_settings(protocol),
        *_rungs(protocol),
        *_remarks(protocol),
        *_doses(protocol),
        *_infusions(protocol),
        *_guard(protocol),
        *_tapers(protocol),
        *_catalogue(protocol),
        *_rules(protocol),
        *_readings(protocol),
    ]
    return "\n".join(parts) + "\n"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    lines += [f"| {' | '.join(cell.replace('|', '/') or '–' for cell in row)} |" for row in rows]
    return [*lines, ""]


def _heading(protocol: PathwayProtocol) -> list[str]:
    file = protocol.file
    return [
        "# The treatment pathway",
        "",
        DISCLAIMER,
        "",
        f"Version {file.version}, in force from {display_date(file.effective_from)}, reviewed on "
        f"{display_date(file.reviewed_on)}, next review {display_date(file.next_review)}, "
        f"{f'signed off by {file.signed_off_by}' if file.signed_off_by else 'not signed off yet'}. "
        f"Source: {file.source}.",
        "",
    ]


def _settings(protocol: PathwayProtocol) -> list[str]:
    return ["## Settings of this project", "", *_table(("Setting", "Value"), settings_in_words(protocol))]


def settings_in_words(protocol: PathwayProtocol) -> list[tuple[str, str]]:
    """Each of the project's own numbers with its unit, and the conditions in which immunoglobulin may stand alone."""
    settings = protocol.settings
    target = "below" if settings.steroid_target_comparison is Comparison.BELOW else "at most"
    return [
        ("Adequate trial", f"{settings.adequate_trial_weeks} weeks at target dose, unless the drug says otherwise"),
        ("Corticosteroid at possible remission", f"below {_steroid(settings.remission_steroid_below)}"),
        ("Possible remission", f"held for {settings.remission_held_weeks} weeks"),
        ("Corticosteroid target", f"{target} {_steroid(settings.steroid_target)}"),
        (
            "Corticosteroid above its target",
            f"asked about after {settings.steroid_target_weeks} weeks of it, once its dose has stayed "
            f"the same for {settings.steroid_settled_weeks} weeks",
        ),
        (
            "Steroid dependence",
            f"asked about when raised again to {_steroid(settings.steroid_dependence_from)} or more after "
            f"{settings.steroid_dependence_weeks} weeks of it, with no failure of another drug and no relapse recorded "
            f"within {settings.steroid_raise_explained_days} days of the raise; or never below that dose for "
            f"{settings.steroid_dependence_weeks_unlowered} weeks",
        ),
        (
            "Baseline of a response",
            f"the last assessment in the {settings.response_baseline_days_before} days before the start, or else the "
            f"first up to {settings.response_baseline_days_after} days after it",
        ),
        (
            "Assessments counted for a stopped course",
            f"up to {settings.response_days_after_stop} days after the stop, "
            f"{settings.response_days_after_stop_in_cycles} days for a drug given in cycles",
        ),
        ("Assessments counted with a relapse", f"up to {settings.reassessment_days_before_relapse} days before it"),
        ("Adult doses shown from age", str(settings.adult_age)),
        ("Longest deferral of a question", f"{settings.longest_deferral_days} days"),
        ("Immunoglobulin alone", ", ".join(kind.label for kind in protocol.file.monotherapy_conditions)),
    ]


def _steroid(milligrams: Decimal) -> str:
    return f"{display_number(milligrams)} mg prednisolone a day"


def _rungs(protocol: PathwayProtocol) -> list[str]:
    lines = ["## Lines and steps", ""]
    for rung in protocol.file.rungs:
        lines += [f"### {rung.title}", "", f"Entered when: {rung.trigger}. {_basis(rung.kind.label, rung.source)}", ""]
        if rung.note:
            lines += [rung.note, ""]
        rows = [_option_row(protocol, rung, option) for option in rung.options]
        lines += _table(("Option", "Rank", "Part", "Dose"), rows)
    return lines


def _option_row(protocol: PathwayProtocol, rung: Rung, option: RungOption) -> tuple[str, ...]:
    names = " + ".join(protocol.drugs[drug].name for drug in option.drugs)
    dose = "consult specialist"
    if len(option.drugs) == 1:
        texts = [rule.text for rule in protocol.drugs[option.drugs[0]].doses if rung.id in rule.rungs]
        dose = texts[0] if texts else dose
    return (names, option.tier.label, "for everybody" if option.part.value == "base" else "one of these", dose)


def _remarks(protocol: PathwayProtocol) -> list[str]:
    rows = [
        (
            ", ".join(protocol.drugs[drug].name for drug in remark.drugs),
            when_said(remark),
            f"{remark.annotation.label}: {remark.text}",
            _basis(remark.kind.label, remark.source),
        )
        for remark in protocol.file.remarks
    ]
    banners = [
        (", ".join(kind.label for kind in banner.conditions), banner.text, _basis(banner.kind.label, banner.source))
        for banner in protocol.file.banners
    ]
    return [
        "## Conditions and autoantibodies",
        "",
        *_table(("Drug", "When", "What is said", "Basis"), rows),
        *_table(("Condition", "Banner", "Basis"), banners),
    ]


def when_said(remark: Remark) -> str:
    """The conditions, antibodies and phases in which a remark is made, in words."""
    words = []
    if remark.conditions:
        words.append(" or ".join(kind.label for kind in remark.conditions))
    if remark.antibodies:
        words.append(" or ".join(remark.antibodies))
    if remark.any_antibody:
        words.append("any positive myositis antibody")
    if remark.severe_weakness:
        words.append("severe weakness")
    if remark.phases:
        words.append("in " + " or ".join(phase.label for phase in remark.phases))
    return "; ".join(words) or "always"


def _doses(protocol: PathwayProtocol) -> list[str]:
    rows = []
    for drug in protocol.catalogue.drugs:
        for rule in drug.doses:
            rows.append((drug.name, rule.text, rule.note, _basis(rule.kind.label, rule.source)))
    targets = [
        (
            drug.name,
            target_in_words(drug.target),
            _trial(drug),
            drug.target.source,
        )
        if drug.target
        else (drug.name, "no target dose published: ask", _trial(drug), "")
        for drug in protocol.catalogue.drugs
        if drug.role.value == "immunosuppressant"
    ]
    return [
        "## Printed doses",
        "",
        *_table(("Drug", "Dose", "Note", "Basis"), rows),
        "## Target doses of an adequate trial",
        "",
        *_table(("Drug", "Target", "Length of a trial", "Source"), targets),
    ]


def target_in_words(target: TargetDose) -> str:
    """`15 mg a week or more`."""
    return f"{display_number(target.amount)} {target.unit.label} a {target.per.value} or more"


def upper_in_words(upper: UsualUpper) -> str:
    """`8 mg/kg a dose (intravenous)`."""
    unit = upper.unit.label
    limits = ((upper.amount, unit), (upper.per_kilogram, f"{unit}/kg"), (upper.per_square_metre, f"{unit}/m²"))
    amounts = [f"{display_number(limit)} {measure}" for limit, measure in limits if limit is not None]
    routes = f" ({', '.join(route.label for route in upper.routes)})" if upper.routes else ""
    return f"{' and '.join(amounts)} a {upper.per.value}{routes}"


def _trial(drug: Drug) -> str:
    if drug.trial is None:
        return "as set for every drug"
    return f"{drug.trial.weeks} weeks ({_basis(drug.trial.kind.label, drug.trial.source)})"


def _infusions(protocol: PathwayProtocol) -> list[str]:
    settings = protocol.catalogue.infusions
    rows = [
        (
            "Ideal weight (Devine)",
            f"{display_number(settings.ideal_kilograms_female)} kg (female) or "
            f"{display_number(settings.ideal_kilograms_male)} kg (male), and "
            f"{display_number(settings.ideal_kilograms_per_inch)} kg for each inch above "
            f"{display_number(settings.ideal_from_inches)}; from {settings.ideal_from_age} years on",
        ),
        (
            "Adjusted weight",
            f"ideal + {display_number(settings.adjusted_share)} × (actual − ideal), from a BMI of "
            f"{display_number(settings.adjusted_from_body_mass_index)} on",
        ),
        (
            "Said of the weight",
            f"more than {settings.weight_current_days} days old; more than "
            f"{display_number(settings.weight_change_percent)} % away from that of the infusion before",
        ),
        ("A planned date is answered", f"by an infusion at most {settings.date_answered_within_days} days away"),
    ]
    for drug in protocol.catalogue.drugs:
        offered = drug.infusions
        if offered is not None:
            sizes = ", ".join(map(display_number, offered.vial_sizes))
            cycles = f"{offered.review_after_cycles} to {offered.review_latest_cycle}"
            rows.append((drug.name, f"vials of {sizes} {offered.unit.label} offered; review after {cycles} cycles"))
    heading = ["## Planned infusions", "", f"{settings.source}. {settings.note}", ""]
    return [*heading, *_table(("What", "How"), rows)]


def _guard(protocol: PathwayProtocol) -> list[str]:
    """What only the dose guard reads; its rules stand with all others."""
    guard = protocol.file.guard
    names = {drug.id: drug.name for drug in protocol.catalogue.drugs}
    cautions = [
        (
            f"`{caution.id}`",
            caution.text,
            ", ".join(names[drug] for drug in caution.drugs),
            ", ".join(kind.label for kind in caution.conditions),
            _basis(caution.kind.label, caution.source),
        )
        for caution in protocol.file.guard_cautions
    ]
    classes = [
        (f"`{one.id}`", one.name, ", ".join(names[drug] for drug in one.drugs), _basis(one.kind.label, one.source))
        for one in protocol.catalogue.classes
    ]
    uppers = [
        (drug.name, upper_in_words(upper), upper.note, upper.source)
        for drug in protocol.catalogue.drugs
        for upper in drug.usual_uppers
    ]
    return [
        "## The dose guard",
        "",
        f"A dose above {guard.times_usual} times the usual needs a reason. In that check only, a patient without a "
        f"dated weight counts as {display_number(guard.assumed_kilograms)} kg and "
        f"{display_number(guard.assumed_square_metres)} m². A weight older than {guard.weight_current_days} days is "
        f"said to be old. {guard.note} {_basis(guard.kind.label, guard.source)}.",
        "",
        *_table(("Rule", "Caution", "Drugs", "While", "Basis"), cautions),
        *_table(("Rule", "Never two at a time", "Drugs", "Basis"), classes),
        "Highest doses in use where the published algorithm prints none, for the check for slips only. They are no "
        "recommendation and no range.",
        "",
        *_table(("Drug", "Highest dose in use", "Note", "Source"), uppers),
    ]


def _tapers(protocol: PathwayProtocol) -> list[str]:
    settings = protocol.file.taper
    rows = [
        ("A planned step is decided on", f"at most {settings.decided_days_ahead} days before it"),
        (
            "A stop is sudden",
            f"after more than {settings.sudden_stop_after_days} days without a break, from "
            f"{_steroid(settings.sudden_stop_from)} or more, or from a dose that is not known",
        ),
    ]
    examples = [
        (
            example.title,
            f"{display_number(example.milligrams_per_kilogram)} mg/kg to {display_number(example.ceiling)} mg a day "
            f"for {example.first_days} days, then {display_number(example.cut)} mg less every {example.cut_days} days "
            f"to {display_number(example.down_to)} mg a day",
            example.note,
            _basis(example.kind.label, example.source),
        )
        for example in protocol.file.expected_tapers
    ]
    return [
        "## Corticosteroid tapers",
        "",
        f"{_basis(settings.kind.label, settings.source)} {settings.note}",
        "",
        *_table(("Setting", "Value"), rows),
        *_table(("Example", "Dose", "Note", "Basis"), examples),
    ]


def _catalogue(protocol: PathwayProtocol) -> list[str]:
    rows = [_drug_row(drug) for drug in protocol.catalogue.drugs]
    header = ("Drug", "Role", "ATC", "dm+d now", "dm+d before", "RxNorm", "Adverse effects", "Monitoring named")
    return ["## Drugs and codes", "", *_table(header, rows)]


def _drug_row(drug: Drug) -> tuple[str, ...]:
    rxnorm = f"{drug.rxnorm} ({drug.rxnorm_certainty.value})" if drug.rxnorm else "not found"
    return (
        drug.name,
        drug.role.label,
        drug.atc,
        drug.dmd_current,
        drug.dmd_previous,
        rxnorm,
        ", ".join(drug.adverse_effects),
        ", ".join(drug.monitoring_named),
    )


def _rules(protocol: PathwayProtocol) -> list[str]:
    rows = [
        (
            f"`{rule.id}`",
            rule.text,
            ", ".join(str(number) for number in rule.readings),
            _basis(rule.kind.label, rule.source),
        )
        for rule in protocol.file.rules
    ]
    return ["## Rules", "", *_table(("Rule", "Says", "Readings", "Basis"), rows)]


def _readings(protocol: PathwayProtocol) -> list[str]:
    rows = [(str(reading.number), reading.title, reading.text) for reading in protocol.file.readings]
    return ["## Readings", "", *_table(("No.", "Open point", "How it is read here"), rows)]


def _basis(kind: str, source: str) -> str:
    return f"{kind}: {source}"
