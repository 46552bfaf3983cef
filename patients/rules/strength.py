"""Order of the Medical Research Council strength grades."""

from patients.rules.vocabulary import MrcGrade

# The members are listed weakest first; the position is the rank.
_RANKS = {grade: rank for rank, grade in enumerate(MrcGrade)}


def rank(grade: MrcGrade) -> int:
    """Position from weakest (0) to normal. 4- lies below 4, and 4+ above it."""
    return _RANKS[grade]


def is_below(grade: MrcGrade, limit: MrcGrade) -> bool:
    """Strictly weaker than `limit`."""
    return _RANKS[grade] < _RANKS[limit]
