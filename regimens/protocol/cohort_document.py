"""Writes out how groups of patients are counted as Markdown, for people to read and sign off. Never edited."""

from patients.protocol.markdown import table
from patients.rules.wording import display_date, joined
from regimens.protocol.cohort import CohortFile, CohortSettings, Stops
from regimens.protocol.in_words import basis, steroid_in_words
from regimens.protocol.schema import Rule


def render_cohort(file: CohortFile) -> str:
    """The rules with what each rests on, the numbers, what ends a drug, and the antibodies that are named."""
    signed = f"signed off by {file.signed_off_by}" if file.signed_off_by else "not signed off yet"
    lines = [
        "# How groups of patients are counted",
        "",
        "Generated from `regimens/protocol/cohort.toml`. Nothing here advises about one patient.",
        "",
        f"Version {file.version}, in force from {display_date(file.effective_from)}, reviewed on "
        f"{display_date(file.reviewed_on)}, next review {display_date(file.next_review)}, {signed}.",
        "",
        "## Rules",
        "",
    ]
    for rule in file.rules:
        lines += _rule(rule)
    lines += ["## Numbers", "", *table(("Number", "Value"), _numbers(file.settings))]
    stops = [row for one in file.stops for row in _stops(one)]
    lines += ["## Stops of a drug", "", *table(("Reason", "What it does"), stops)]
    lines += ["## Autoantibodies counted by name", "", *(f"- {name}" for name in file.antibody_names)]
    return "\n".join(lines) + "\n"


def _numbers(settings: CohortSettings) -> list[tuple[str, str]]:
    window = f"{settings.response_window_days} days before and after"
    return [
        ("Begun again", f"within {settings.restart_days} days of the stop: the same spell"),
        ("Response", f"after {_listed(settings.response_months)} months; the assessment up to {window}"),
        ("Corticosteroid", f"after {_listed(settings.steroid_months)} months"),
        ("Corticosteroid reached", f"at most {steroid_in_words(settings.steroid_at_most)}"),
        ("Fewest people on a curve", str(settings.fewest_on_a_curve)),
        ("Confidence", f"{settings.confidence_percent} %"),
        ("Age bands", f"from {_listed(settings.age_bands_from)} completed years"),
        ("Bands of what is late", f"above {_listed(settings.weeks_late_above)} weeks"),
        ("Quarters shown", str(settings.quarters_shown)),
        ("Perhaps not entered here", f"overdue, and no result in the {settings.no_results_days} days before"),
    ]


def _listed(numbers: tuple[int, ...]) -> str:
    return joined(tuple(map(str, numbers)), "and")


def _rule(rule: Rule) -> list[str]:
    return [f"{rule.text} {rule.note}".strip(), "", f"`{rule.id}`, {basis(rule.kind.label, rule.source)}", ""]


def _stops(stops: Stops) -> list[tuple[str, str]]:
    does = "counts as an end of the drug" if stops.counts else "ends the watching without counting"
    return [(reason.label, does) for reason in stops.reasons]
