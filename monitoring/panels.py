"""Which analytes are entered together, as laboratories and nurses report them. Only the entry page reads this."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitoring.protocol.definitions import Analyte, Item


@dataclass(frozen=True, slots=True)
class Panel:
    """A group of analytes that come on one report, by analyte id."""

    slug: str
    name: str
    analytes: tuple[str, ...]


_BLOOD_COUNT = ("haemoglobin", "white_cells", "neutrophils", "lymphocytes", "platelets", "mcv")
# Measured at the bedside and kept on the patient, where doses per kg find them.
_ON_THE_PATIENT = {"weight", "height"}

PANELS = (
    Panel(
        "monitoring-bloods",
        "Blood count, kidney and liver together",
        (*_BLOOD_COUNT, "creatinine", "egfr", "alt", "ast", "albumin"),
    ),
    Panel("blood-count", "Full blood count", _BLOOD_COUNT),
    Panel("kidney", "Kidney function", ("creatinine", "egfr", "potassium", "sodium")),
    Panel("liver", "Liver function", ("alt", "ast", "albumin", "bilirubin", "alp", "ggt")),
    Panel("muscle", "Muscle enzymes", ("ck", "ldh", "ast", "alt", "aldolase")),
    Panel("trough", "Trough levels", ("ciclosporin_level", "tacrolimus_level")),
    Panel("immunoglobulins", "Immunoglobulins", ("igg", "iga", "igm")),
    Panel("blood-pressure", "Blood pressure", ("systolic_blood_pressure", "diastolic_blood_pressure")),
)


def panel_named(slug: str) -> Panel | None:
    """The panel with this slug, or None."""
    return next((panel for panel in PANELS if panel.slug == slug), None)


def panel_of_item(item: Item) -> Panel:
    """Every analyte that can satisfy a due item, in the order of its alternatives."""
    ids = dict.fromkeys(analyte for alternative in item.satisfied_by for analyte in alternative)
    return Panel(item.id, item.name, tuple(ids))


def panel_of_choice(analyte_ids: Iterable[str], analytes: Mapping[str, Analyte]) -> Panel:
    """The chosen analytes that the protocol knows, in its order."""
    chosen = set(analyte_ids)
    return Panel("", "Chosen tests", tuple(analyte for analyte in analytes if analyte in chosen))


def outside_panels(analytes: Mapping[str, Analyte]) -> list[Analyte]:
    """Analytes that no panel holds, by name, to be chosen one by one. Weight and height have a page of their own."""
    held = {analyte for panel in PANELS for analyte in panel.analytes} | _ON_THE_PATIENT
    return sorted(
        (found for found in analytes.values() if found.id not in held), key=lambda found: found.name.casefold()
    )
