"""Who was seen, collected while somebody collects and by nobody else."""

from patients.seen import collecting, seen


def test_whoever_is_seen_meanwhile_is_collected_once() -> None:
    with collecting() as found:
        seen([3, 1])
        seen(pk for pk in (1, 2))
        assert found == {1, 2, 3}


def test_nothing_happens_while_nobody_collects() -> None:
    seen([1])
    with collecting() as found:
        pass
    seen([2])
    assert found == set()


def test_who_collects_inside_takes_nothing_from_outside() -> None:
    with collecting() as outer:
        seen([1])
        with collecting() as inner:
            seen([2])
        seen([3])
    assert (outer, inner) == ({1, 3}, {2})
