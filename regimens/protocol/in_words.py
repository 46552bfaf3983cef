"""What the pathway's protocol says in numbers, written out for pages and documents."""

from decimal import Decimal

from patients.rules.wording import display_number
from regimens.protocol.schema import Comparison, DoseStop, PathwayProtocol, Remark, TargetDose, UsualUpper
from regimens.rules.doses import times_in_words


def settings_in_words(protocol: PathwayProtocol) -> list[tuple[str, str]]:
    """Each of the project's own numbers with its unit, and the conditions in which immunoglobulin may stand alone."""
    settings = protocol.settings
    target = "below" if settings.steroid_target_comparison is Comparison.BELOW else "at most"
    return [
        ("Adequate trial", f"{settings.adequate_trial_weeks} weeks at target dose, unless the drug says otherwise"),
        ("Corticosteroid at possible remission", f"below {steroid_in_words(settings.remission_steroid_below)}"),
        ("Possible remission", f"held for {settings.remission_held_weeks} weeks"),
        ("Corticosteroid target", f"{target} {steroid_in_words(settings.steroid_target)}"),
        (
            "Corticosteroid above its target",
            f"asked about after {settings.steroid_target_weeks} weeks of it, once its dose has stayed "
            f"the same for {settings.steroid_settled_weeks} weeks",
        ),
        (
            "Steroid dependence",
            f"asked about when raised again to {steroid_in_words(settings.steroid_dependence_from)} or more after "
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


def steroid_in_words(milligrams: Decimal) -> str:
    return f"{display_number(milligrams)} mg prednisolone a day"


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


def target_in_words(target: TargetDose) -> str:
    """`15 mg a week or more`."""
    return f"{display_number(target.amount)} {target.unit.label} a {target.per.value} or more"


def stop_in_words(stop: DoseStop) -> str:
    """`a dose above twice the usual`."""
    return f"a dose above {times_in_words(stop.times_usual)} the usual"


def upper_in_words(upper: UsualUpper) -> str:
    """`8 mg/kg a dose (intravenous)`."""
    unit = upper.unit.label
    limits = ((upper.amount, unit), (upper.per_kilogram, f"{unit}/kg"), (upper.per_square_metre, f"{unit}/m²"))
    amounts = [f"{display_number(limit)} {measure}" for limit, measure in limits if limit is not None]
    routes = f" ({', '.join(route.label for route in upper.routes)})" if upper.routes else ""
    return f"{' and '.join(amounts)} a {upper.per.value}{routes}"


def basis(kind: str, source: str) -> str:
    return f"{kind}: {source}"
