"""What a list is narrowed by, as the controls above it show it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a filter."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One control above a list: its name in the address, its label, the words for any, and what it chooses from."""

    name: str
    label: str
    any_label: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> bool:
        return any(choice.chosen for choice in self.choices)
