"""Reads files of cases: published ones as they were printed, and a clinic's own, which must say exactly what they mean.

JSON files hold a list of cases; TOML files hold the same as `[[case]]` tables.
"""

import json
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from regimens.protocol.schema import PathwayProtocol
from regimens.rules.case_keys import checked
from regimens.rules.cases import Case, CaseError, parse_cases

SUFFIXES = (".json", ".toml")
_LARGEST = 10_000_000  # bytes; a case is about two thousand


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One file of cases; `fault` says why it cannot be read, and there are then no cases."""

    path: Path
    cases: tuple[Case, ...] = ()
    fault: str = ""


def read_cases(path: Path, protocol: PathwayProtocol, *, strict: bool = False) -> tuple[Case, ...]:
    """The cases of one file; `strict` refuses keys and words that mean nothing.

    Raises CaseError naming the place in the file and the reason; the file itself is for the caller to name.
    """
    document = _document(path)
    return parse_cases(checked(document) if strict else document, protocol)


def read_vignettes(folder: Path, protocol: PathwayProtocol) -> tuple[CaseFile, ...]:
    """Every case file of a clinic's folder, by name, read strictly. Raises CaseError when there is no such folder.

    A file that cannot be read is answered with its fault, so that one slip does not hide the other files.
    """
    return tuple(_case_file(path, protocol) for path in _paths(folder))


def _paths(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise CaseError(f"{folder}: there is no such folder")
    return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and not path.name.startswith("."))


def _case_file(path: Path, protocol: PathwayProtocol) -> CaseFile:
    try:
        return CaseFile(path, read_cases(path, protocol, strict=True))
    except CaseError as error:
        return CaseFile(path, fault=str(error))


def _document(path: Path) -> object:
    try:
        if path.stat().st_size > _LARGEST:
            raise CaseError(f"the file is larger than {_LARGEST} bytes")
        text = path.read_bytes().decode("utf-8-sig")
        return _toml(text) if path.suffix == ".toml" else json.loads(text, parse_float=Decimal)
    except CaseError:
        raise
    except OSError as error:
        raise CaseError(f"the file cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise CaseError(f"not UTF-8 text: byte {error.start} cannot be read") from error
    except (ValueError, RecursionError) as error:  # both parsers' own errors are ValueErrors
        raise CaseError(f"not valid {path.suffix.lstrip('.').upper() or 'JSON'}: {error}") from error


def _toml(text: str) -> object:
    tables = tomllib.loads(text, parse_float=Decimal)
    unknown = sorted(set(tables) - {"case"})
    if unknown or "case" not in tables:
        found = f", found {unknown[0]!r}" if unknown else ""
        raise CaseError(f"a TOML file holds [[case]] tables and nothing else{found}")
    return tables["case"]
