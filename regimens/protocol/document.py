"""The pathway's protocol as Markdown, for docs/clinical/pathway.md. A pure function of the protocol."""

from collections.abc import Iterable

from patients.rules.wording import display_date, display_number
from regimens.protocol.schema import Drug, PathwayProtocol, Remark, Rung, RungOption

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
        f"{display_date(file.reviewed_on)}, next review {display_date(file.next_review)}. Source: {file.source}.",
        "",
    ]


def _settings(protocol: PathwayProtocol) -> list[str]:
    settings = protocol.settings
    rows = [
        ("Adequate trial", f"{settings.adequate_trial_weeks} weeks at target dose"),
        (
            "Corticosteroid at possible remission",
            f"below {display_number(settings.remission_steroid_below)} mg prednisolone a day",
        ),
        ("Assessments counted with a relapse", f"up to {settings.reassessment_days_before_relapse} days before it"),
        ("Adult doses shown from age", str(settings.adult_age)),
        ("Immunoglobulin alone", ", ".join(kind.label for kind in protocol.file.monotherapy_conditions)),
    ]
    return ["## Settings of this project", "", *_table(("Setting", "Value"), rows)]


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
            _when(remark),
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


def _when(remark: Remark) -> str:
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
            f"{display_number(drug.target.amount)} {drug.target.unit.label} a {drug.target.per.value} or more",
            drug.target.source,
        )
        if drug.target
        else (drug.name, "no target dose published: ask", "")
        for drug in protocol.catalogue.drugs
        if drug.role.value == "immunosuppressant"
    ]
    return [
        "## Printed doses",
        "",
        *_table(("Drug", "Dose", "Note", "Basis"), rows),
        "## Target doses of an adequate trial",
        "",
        *_table(("Drug", "Target", "Source"), targets),
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
