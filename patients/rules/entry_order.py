"""Which of two rows of one day was entered later."""


def entry_order(identity: str) -> tuple[int, str]:
    """A key that sorts ids as they were given out.

    An id is the number of a row as text: as text alone "10" would stand before "9", and what was entered later would
    count for less. What is only proposed has a word for an id and comes after the rows.
    """
    return (len(identity), identity)
