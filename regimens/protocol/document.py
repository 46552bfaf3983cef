"""The pathway's protocol as Markdown, for docs/clinical/pathway.md. A pure function of the protocol."""

from patients.protocol.markdown import table
from patients.rules.wording import display_date
from regimens.protocol.document_doses import doses_section, guard_section, infusions_section, tapers_section
from regimens.protocol.in_words import basis, settings_in_words, when_said
from regimens.protocol.schema import Drug, PathwayProtocol, Rung, RungOption

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
        *doses_section(protocol),
        *infusions_section(protocol),
        *guard_section(protocol),
        *tapers_section(protocol),
        *_catalogue(protocol),
        *_rules(protocol),
        *_readings(protocol),
    ]
    return "\n".join(parts) + "\n"


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
    return ["## Settings of this project", "", *table(("Setting", "Value"), settings_in_words(protocol))]


def _rungs(protocol: PathwayProtocol) -> list[str]:
    lines = ["## Lines and steps", ""]
    for rung in protocol.file.rungs:
        lines += [f"### {rung.title}", "", f"Entered when: {rung.trigger}. {basis(rung.kind.label, rung.source)}", ""]
        if rung.note:
            lines += [rung.note, ""]
        rows = [_option_row(protocol, rung, option) for option in rung.options]
        lines += table(("Option", "Rank", "Part", "Dose"), rows)
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
            basis(remark.kind.label, remark.source),
        )
        for remark in protocol.file.remarks
    ]
    banners = [
        (", ".join(kind.label for kind in banner.conditions), banner.text, basis(banner.kind.label, banner.source))
        for banner in protocol.file.banners
    ]
    return [
        "## Conditions and autoantibodies",
        "",
        *table(("Drug", "When", "What is said", "Basis"), rows),
        *table(("Condition", "Banner", "Basis"), banners),
    ]


def _catalogue(protocol: PathwayProtocol) -> list[str]:
    rows = [_drug_row(drug) for drug in protocol.catalogue.drugs]
    header = ("Drug", "Role", "ATC", "dm+d now", "dm+d before", "RxNorm", "Adverse effects", "Monitoring named")
    return ["## Drugs and codes", "", *table(header, rows)]


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
            basis(rule.kind.label, rule.source),
        )
        for rule in protocol.file.rules
    ]
    return ["## Rules", "", *table(("Rule", "Says", "Readings", "Basis"), rows)]


def _readings(protocol: PathwayProtocol) -> list[str]:
    rows = [(str(reading.number), reading.title, reading.text) for reading in protocol.file.readings]
    return ["## Readings", "", *table(("No.", "Open point", "How it is read here"), rows)]
