"""Age in whole years on a day."""

from datetime import date

ADULT_AGE = 18


def age_on(born: date | None, day: date) -> int | None:
    """Completed years on `day`, None when not recorded. Somebody born on 29 February is a year older on 1 March."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
