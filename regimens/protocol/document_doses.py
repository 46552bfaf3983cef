"""The part of the pathway's page that is about doses: printed ones, infusions, the dose guard, tapers."""

from patients.protocol.markdown import table
from patients.rules.wording import display_number
from regimens.protocol.in_words import basis, steroid_in_words, stop_in_words, target_in_words, upper_in_words
from regimens.protocol.schema import Drug, PathwayProtocol
from regimens.rules.doses import times_in_words


def doses_section(protocol: PathwayProtocol) -> list[str]:
    rows = []
    for drug in protocol.catalogue.drugs:
        for rule in drug.doses:
            rows.append((drug.name, rule.text, rule.note, basis(rule.kind.label, rule.source)))
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
        *table(("Drug", "Dose", "Note", "Basis"), rows),
        "## Target doses of an adequate trial",
        "",
        *table(("Drug", "Target", "Length of a trial", "Source"), targets),
    ]


def _trial(drug: Drug) -> str:
    if drug.trial is None:
        return "as set for every drug"
    return f"{drug.trial.weeks} weeks ({basis(drug.trial.kind.label, drug.trial.source)})"


def infusions_section(protocol: PathwayProtocol) -> list[str]:
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
        (
            "Asked about the amount given",
            f"more than {display_number(settings.amount_differs_percent)} % more or less than planned; above "
            f"{times_in_words(settings.times_amount)} the planned or printed amount it needs a reason",
        ),
    ]
    for drug in protocol.catalogue.drugs:
        offered = drug.infusions
        if offered is not None:
            sizes = ", ".join(map(display_number, offered.vial_sizes))
            cycles = f"{offered.review_after_cycles} to {offered.review_latest_cycle}"
            rows.append((drug.name, f"vials of {sizes} {offered.unit.label} offered; review after {cycles} cycles"))
    heading = ["## Planned infusions", "", f"{settings.source}. {settings.note}", ""]
    return [*heading, *table(("What", "How"), rows)]


def guard_section(protocol: PathwayProtocol) -> list[str]:
    """What only the dose guard reads; its rules stand with all others."""
    guard = protocol.file.guard
    names = {drug.id: drug.name for drug in protocol.catalogue.drugs}
    cautions = [
        (
            f"`{caution.id}`",
            caution.text,
            ", ".join(names[drug] for drug in caution.drugs),
            ", ".join(kind.label for kind in caution.conditions),
            basis(caution.kind.label, caution.source),
        )
        for caution in protocol.file.guard_cautions
    ]
    classes = [
        (f"`{one.id}`", one.name, ", ".join(names[drug] for drug in one.drugs), basis(one.kind.label, one.source))
        for one in protocol.catalogue.classes
    ]
    uppers = [
        (drug.name, upper_in_words(upper), upper.note, upper.source)
        for drug in protocol.catalogue.drugs
        for upper in drug.usual_uppers
    ]
    stops = [
        (
            drug.name,
            stop_in_words(drug.dose_stop),
            drug.dose_stop.note,
            basis(drug.dose_stop.kind.label, drug.dose_stop.source),
        )
        for drug in protocol.catalogue.drugs
        if drug.dose_stop
    ]
    return [
        "## The dose guard",
        "",
        f"A dose above {times_in_words(guard.times_usual)} the usual needs a reason; where the published algorithm "
        f"prints none, a dose above {times_in_words(guard.times_in_use)} the highest in use. A dose that no printed "
        f"maximum holds is asked about above {times_in_words(guard.times_present)} the present one. In the first check "
        "only, a patient "
        f"without a dated weight counts as {display_number(guard.assumed_kilograms)} kg and "
        f"{display_number(guard.assumed_square_metres)} m². A weight older than {guard.weight_current_days} days is "
        f"said to be old. A start more than {guard.start_ahead_days} days ahead is asked about. "
        f"{guard.note} {basis(guard.kind.label, guard.source)}.",
        "",
        *table(("Drug", "Needs a reason sooner", "Note", "Basis"), stops),
        *table(("Rule", "Caution", "Drugs", "While", "Basis"), cautions),
        *table(("Rule", "Never two at a time", "Drugs", "Basis"), classes),
        "Highest doses in use where the published algorithm prints none, for the dose guard only: above one of them it "
        "asks. They are no recommendation and no range.",
        "",
        *table(("Drug", "Highest dose in use", "Note", "Source"), uppers),
    ]


def tapers_section(protocol: PathwayProtocol) -> list[str]:
    settings = protocol.file.taper
    rows = [
        ("A planned step is decided on", f"at most {settings.decided_days_ahead} days before it"),
        (
            "A stop is sudden",
            f"after more than {settings.sudden_stop_after_days} days without a break, from "
            f"{steroid_in_words(settings.sudden_stop_from)} or more, or from a dose that is not known",
        ),
    ]
    examples = [
        (
            example.title,
            f"{display_number(example.milligrams_per_kilogram)} mg/kg to {display_number(example.ceiling)} mg a day "
            f"for {example.first_days} days, then {display_number(example.cut)} mg less every {example.cut_days} days "
            f"to {display_number(example.down_to)} mg a day",
            example.note,
            basis(example.kind.label, example.source),
        )
        for example in protocol.file.expected_tapers
    ]
    return [
        "## Corticosteroid tapers",
        "",
        f"{basis(settings.kind.label, settings.source)} {settings.note}",
        "",
        *table(("Setting", "Value"), rows),
        *table(("Example", "Dose", "Note", "Basis"), examples),
    ]
