"""How lists and sentences are cut to the room there is, and that what was cut is said."""

from tracker.letters.room import Keeper, Room
from tracker.letters.runs import plain_line, strong_in


def room(lines: int = 3, letters: int = 20) -> Keeper:
    return Keeper(Room(lines=lines, values=3, findings=3, letters=letters, size=9))


def test_a_list_that_is_cut_says_how_many_more_there_are_and_one_more_is_not_cut() -> None:
    rows = [plain_line(str(number)) for number in range(5)]
    assert room().lines(rows[:3]) == rows[:3]
    assert room().lines(rows[:4]) == rows[:4]
    assert room().lines(rows) == [*rows[:3], plain_line("… and 2 more in the record")]


def test_a_sentence_is_cut_at_a_word_and_counted() -> None:
    keep = room()
    assert keep.short("twenty letters, all.") == "twenty letters, all."
    assert keep.shortened() == ""
    assert keep.short("twenty-one letters here") == "twenty-one letters …"
    assert keep.shortened() == "the end of 1 sentence"
    keep.short("x " * 20)
    assert keep.shortened() == "the ends of 2 sentences"


def test_parts_of_a_sentence_are_bold_wherever_a_translation_puts_them() -> None:
    line = strong_in("since May: 10 mg of 10 mg, urgent", "urgent", "10 mg", "", "not there")
    assert [(run["text"], run["strong"]) for run in line] == [
        ("since May: ", False),
        ("10 mg", True),
        (" of 10 mg, ", False),
        ("urgent", True),
    ]
