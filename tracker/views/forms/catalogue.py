"""The drug catalogue as a form offers it."""

from regimens.dose_forms import DrugChoices
from regimens.selectors import catalogue_by_role


def drug_choices() -> DrugChoices:
    """Drugs by their generic names, under the role that the catalogue gives them."""
    return [
        (role.label.capitalize(), [(drug.id, drug.name) for drug in drugs])
        for role, drugs in catalogue_by_role().items()
    ]
