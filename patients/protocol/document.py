"""The activity protocol as Markdown, for docs/clinical/activity.md. A pure function of the protocol."""

from collections.abc import Iterator

from patients.protocol.activity import ActivityProtocol
from patients.protocol.changes import NOT_GIVEN
from patients.protocol.markdown import table
from patients.rules.reasons import RuleKind
from patients.rules.wording import display_date, display_number

DISCLAIMER = (
    "Generated from `patients/protocol/activity.toml`; change that, not this page. Not clinical advice: every entry "
    "has to be confirmed by a clinician before it is used for patients."
)


def render(protocol: ActivityProtocol) -> str:
    """The whole page: scales, enzyme ranges, points, categories, definitions and rules, each with what it rests on."""
    return "\n".join(_lines(protocol)).rstrip() + "\n"


def _lines(protocol: ActivityProtocol) -> Iterator[str]:
    file = protocol.file
    yield from ("# Measures of activity and response", "", DISCLAIMER, "")
    signed = f"signed off by {file.signed_off_by}" if file.signed_off_by else "not signed off yet"
    yield (
        f"Version {file.version}, in force from {display_date(file.effective_from)}, reviewed on "
        f"{display_date(file.reviewed_on)}, next review {display_date(file.next_review)}, {signed}. "
        f"Source: {file.source}."
    )
    yield from ("", "## Scales", "")
    yield from table(
        ("Rule", "Measure", "From 0 to", "Better", "Note", "Basis"),
        (
            (
                f"`{scale.id}`",
                scale.measure.label,
                f"{scale.maximum} {scale.unit}".strip(),
                scale.better.value,
                _note(scale.note, scale.confirm),
                _basis(scale.kind, scale.source),
            )
            for scale in file.scales
        ),
    )
    yield from ("## Ranges of enzymes", "")
    yield from table(
        ("Rule", "Enzyme", "Range", "Note", "Basis"),
        (
            (
                f"`{each.id}`",
                each.enzyme.label,
                f"{display_number(each.multiplier)} times the laboratory's upper limit",
                _note(each.note, each.confirm),
                _basis(each.kind, each.source),
            )
            for each in file.enzymes
        ),
    )
    yield from ("## Upper limits that can be right", "")
    yield from table(
        ("Rule", "Enzyme", "From", "To", "Note", "Basis"),
        (
            (
                f"`{each.id}`",
                each.enzyme,
                f"{display_number(each.lowest)} U/L",
                f"{display_number(each.highest)} U/L",
                each.note,
                _basis(each.kind, each.source),
            )
            for each in file.limits
        ),
    )
    yield from _points(protocol)
    yield from _definitions(protocol)
    yield from ("## Rules", "")
    yield from table(
        ("Rule", "Says", "Note", "Basis"),
        ((f"`{rule.id}`", rule.text, rule.note, _basis(rule.kind, rule.source)) for rule in file.rules),
    )


def _points(protocol: ActivityProtocol) -> Iterator[str]:
    yield from ("## Points of the response score", "")
    yield "Percent are of the measure's whole range. A band ends where the next begins, its end included. Worse is 0."
    yield ""
    rows = []
    for rule in protocol.file.points:
        bands = "; ".join(f"above {display_number(band.above)}%: {display_number(band.points)}" for band in rule.bands)
        measures = ", ".join(measure.label for measure in rule.measures)
        rows.append((f"`{rule.id}`", measures, bands, rule.note, _basis(rule.kind, rule.source)))
    yield from table(("Rule", "Measures", "Points", "Note", "Basis"), rows)
    yield from ("## Categories of response", "")
    yield from table(
        ("Rule", "Population", "Minimal from", "Moderate from", "Major from", "Note", "Basis"),
        (
            (
                f"`{each.id}`",
                each.population.label,
                *(display_number(value) for value in (each.minimal, each.moderate, each.major)),
                each.note,
                _basis(each.kind, each.source),
            )
            for each in protocol.file.categories
        ),
    )


def _definitions(protocol: ActivityProtocol) -> Iterator[str]:
    better, worse = protocol.file.definition_of_improvement, protocol.file.confirmed_deterioration
    yield from ("## Definitions of improvement and deterioration", "")
    yield from table(
        ("Rule", "Says", "Note", "Basis"),
        ((f"`{each.id}`", each.text, each.note, _basis(each.kind, each.source)) for each in (better, worse)),
    )


def _note(note: str, confirm: bool) -> str:
    return " ".join(part for part in (note, "Rests on weak evidence: to be confirmed." if confirm else "") if part)


def _basis(kind: RuleKind, source: str) -> str:
    return f"{kind.label}: {source or NOT_GIVEN}"
