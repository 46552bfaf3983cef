"""A quicker `__init__` for the frozen values that rules make by the dozen for every patient."""

from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any, TypeVar

Value = TypeVar("Value")


def quick_init(value: type[Value]) -> type[Value]:
    """Above `@dataclass(frozen=True, slots=True)`: the same `__init__`, which puts each value into its slot directly.

    The one that dataclasses write for a frozen class goes through `object.__setattr__` for each field and takes about
    twice as long, and making findings is a fifth of the time of the rules. Nothing else changes: the class is frozen,
    compares, prints and is replaced as before. As in dataclasses, the function is compiled from its signature.

    Raises TypeError for what this `__init__` would leave out: `__post_init__`, default factories, fields that are
    keyword-only or no arguments.
    """
    if hasattr(value, "__post_init__"):
        raise TypeError(f"{value.__name__} has a __post_init__, which quick_init would not call")
    names: dict[str, Any] = {}
    arguments, lines = [], []
    for field in fields(value):  # type: ignore[arg-type]  # a dataclass, or fields() raises TypeError
        if field.default_factory is not MISSING or field.kw_only or not field.init:
            raise TypeError(f"{value.__name__}.{field.name} is no plain field, and quick_init sets plain fields only")
        names[f"_set_{field.name}"] = getattr(value, field.name).__set__
        if field.default is MISSING:
            arguments.append(field.name)
        else:
            names[f"_default_{field.name}"] = field.default
            arguments.append(f"{field.name}=_default_{field.name}")
        lines.append(f"  _set_{field.name}(self, {field.name})")
    made: dict[str, Callable[..., Any]] = {}
    # The setters become variables of the function around it, which are found faster than globals.
    source = [f"def make({', '.join(names)}):", f" def __init__(self, {', '.join(arguments)}):", *lines]
    exec("\n".join([*source, " return __init__"]), made)  # noqa: S102 - names of our own fields only
    init = made["make"](**names)
    init.__qualname__ = f"{value.__qualname__}.__init__"
    init.__annotations__ = value.__init__.__annotations__
    value.__init__ = init  # type: ignore[method-assign]  # what this decorator is for
    return value
