"""NHS numbers: ten digits, the last a check digit (modulus 11). Source: NHS Data Dictionary, NHS NUMBER."""

_WEIGHTS = range(10, 1, -1)


def normalised(text: str) -> str:
    """The number without spaces and dashes."""
    return "".join(character for character in text if character not in " -\u00a0")


def is_valid(number: str) -> bool:
    """Whether ten digits carry the right check digit. A check value of 10 has no digit, so it is never valid."""
    if len(number) != 10 or not (number.isascii() and number.isdigit()):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:9], strict=True))
    return (11 - total % 11) % 11 == int(number[9])


def spaced(number: str) -> str:
    """As it is read aloud: 999 123 4567."""
    return f"{number[:3]} {number[3:6]} {number[6:]}" if len(number) == 10 else number
