"""A value made quickly is the same value."""

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from patients.rules.quick_init import quick_init


@dataclass(frozen=True, slots=True)
class Plain:
    name: str
    days: int = 7
    notes: tuple[str, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class Quick:
    """The same fields."""

    name: str
    days: int = 7
    notes: tuple[str, ...] = ()


@pytest.mark.parametrize(
    "made",
    [Quick("a", 1, ("b",)), Quick(name="a", days=1, notes=("b",)), Quick("a", notes=("b",), days=1)],
)
def test_arguments_by_place_and_by_name(made: Quick) -> None:
    assert (made.name, made.days, made.notes) == ("a", 1, ("b",))
    assert made == Quick("a", 1, ("b",))
    assert hash(made) == hash(Plain("a", 1, ("b",)))
    assert repr(made) == repr(Plain("a", 1, ("b",))).replace("Plain", "Quick")


def test_defaults() -> None:
    assert Quick("a") == Quick("a", 7, ())


def test_it_stays_frozen_and_is_replaced_as_before() -> None:
    made = Quick("a")

    with pytest.raises(FrozenInstanceError):
        made.days = 8  # type: ignore[misc]  # what must fail
    assert replace(made, days=8) == Quick("a", 8)
    assert made.days == 7


def test_a_missing_or_unknown_argument_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"__init__\(\) missing 1 required positional argument: 'name'"):
        Quick()  # type: ignore[call-arg]  # as above
    with pytest.raises(TypeError, match="unexpected keyword argument 'weeks'"):
        Quick("a", weeks=1)  # type: ignore[call-arg]  # as above


def test_what_it_would_leave_out_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Listed:
        rows: list[str] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Checked:
        rows: int

        def __post_init__(self) -> None:
            raise AssertionError

    @dataclass(frozen=True, slots=True)
    class Counted:
        rows: int = field(init=False, default=0)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        rows: int

    for refused in (Listed, Counted, Named):
        with pytest.raises(TypeError, match=r"rows is no plain field"):
            quick_init(refused)
    with pytest.raises(TypeError, match="Checked has a __post_init__"):
        quick_init(Checked)
    with pytest.raises(TypeError):
        quick_init(int)
