"""How a clinical row is checked and written: every message at once, nothing half-saved."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TypeVar, cast

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from patients.errors import GuardStopped, Question, Refused, StaleVersion
from patients.models import Patient, Staff
from patients.models.entry import Entry
from patients.rules.plain_text import LONGEST_LINE_OF_A_NAME, NotPlainText, plain_text

M = TypeVar("M", bound=models.Model)
E = TypeVar("E", bound=Entry)

ALREADY_RECORDED = (
    "This is already recorded, with the same day and the same values. If you sent the form twice, once is enough: look "
    "at the record."
)
LONGEST_REASON = 300  # characters, as the column holds it
# What belongs to the act of entering, not to what is said.
_OF_THE_ENTRY = {
    "recorded_at", "recorded_by", "replaces", "superseded_at", "superseded_by", "superseded_reason",
    "protocol_version",
}  # fmt: skip


def store(row: M) -> M:
    """Checks the row against its model, then writes it. Raises Refused with every message by field.

    The database checks once more; what only it can see (a race, a trigger) is refused in plain words as well.
    """
    _check_columns(row)
    return _write(row)


def store_once(row: E, field: str | None = None) -> E:
    """Stores a fact that is not in the record yet. Raises Refused for one that says the same, whoever entered it.

    The caller holds the lock on the patient or the course, so that a form sent twice cannot pass at the same moment.
    """
    _check_columns(row)
    if same_as(row).exists():
        raise Refused(ALREADY_RECORDED, field)
    return _write(row)


def ask_once(found: Sequence[Question], seen: Collection[str] | None) -> None:
    """Holds what was stored until a person has seen each of these questions. Raises GuardStopped.

    Asked once the rows are stored, inside the transaction that the answer takes back: what is refused is refused first.
    `seen` holds the fingerprints of what the person was shown. None: nobody is shown anything, and nothing is held.
    """
    if seen is not None and any(question.fingerprint not in seen for question in found):
        words = "; ".join(question.text for question in found)
        raise GuardStopped(f"Nothing was saved yet. Look at this first: {words}.", found, needs_reason=False)


def same_as(row: E) -> models.QuerySet[E]:
    """Current rows that say the same of the same patient or course. For a row that was checked."""
    said = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in _OF_THE_ENTRY
    }
    current = type(row)._default_manager.filter(superseded_at__isnull=True, **said)
    return cast("models.QuerySet[E]", current)


def _check_columns(row: models.Model) -> None:
    if row._state.adding:
        _make_plain(row)
    try:
        row.full_clean()
    except ValidationError as error:
        raise _refused(row, error) from None


def _make_plain(row: models.Model) -> None:
    """Puts every free text of a new row into its one spelling. Raises Refused with a message for each that is none.

    Forms and serializers have refused it before where they could; this holds for whatever else writes. A row that was
    stored before is left alone: what it said then must not stand in the way of the next change.
    """
    errors: dict[str, list[str]] = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if not isinstance(field, models.CharField | models.TextField) or field.choices or type(value) is not str:
            continue
        one_line = field.max_length is not None and field.max_length <= LONGEST_LINE_OF_A_NAME
        try:
            setattr(row, field.attname, plain_text(value, one_line=one_line))
        except NotPlainText as error:
            errors[field.name] = [str(error)]
    if errors:
        field_name, messages = next(iter(errors.items()))
        raise Refused(messages[0], field_name, errors)


def _write(row: M) -> M:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(_said_by_database(row, error)) from None
    return row


def supersede(row: Entry, *, by: Staff, reason: str, at: datetime | None = None) -> datetime:
    """Marks a row as no longer valid; it stays in the record. Raises Refused without a reason or when already done.

    Returns the moment from which it no longer counts (`at`, else now): what takes its place is recorded at the same
    moment, so that at no moment both or neither is known.
    """
    if not reason.strip():
        raise Refused("Say why the entry is replaced or withdrawn.", "reason")
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused(f"Say why in at most {LONGEST_REASON} characters.", "reason")
    moment = at or timezone.now()
    changed = (
        type(row)
        ._default_manager.filter(pk=row.pk, superseded_at__isnull=True)
        .update(superseded_at=moment, superseded_by=by, superseded_reason=_plain_reason(reason))
    )
    if changed != 1:
        raise Refused("This entry was already replaced or withdrawn. Reload the page to see the current one.")
    return moment


def _plain_reason(reason: str) -> str:
    try:
        return plain_text(reason.strip())
    except NotPlainText as error:
        raise Refused(str(error), "reason") from None


def given_reason(text: str, *, missing: str = "", field: str = "reason") -> str:
    """A reason as it is kept. Raises Refused for one that is too long or no plain text, and with `missing` for none."""
    reason = text.strip()
    if missing and not reason:
        raise Refused(missing, field)
    if len(reason) > LONGEST_REASON:
        raise Refused(f"Say why in at most {LONGEST_REASON} characters.", field)
    try:
        return plain_text(reason)
    except NotPlainText as error:
        raise Refused(str(error), field) from None


def bump_version(row: models.Model, version: int | None) -> None:
    """Moves the row's version on when it is still the one that was read. Raises StaleVersion otherwise.

    `version` None is for writes that add without overwriting anything.
    """
    rows = type(row)._default_manager.filter(pk=row.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if rows.update(version=models.F("version") + 1) != 1:
        current = type(row)._default_manager.values_list("version", flat=True).get(pk=row.pk)
        raise StaleVersion(
            "Someone changed this entry while you were working on it. Nothing was saved: look at the current entry, "
            "then repeat your change.",
            current,
        )


def not_in_future(on: date, today: date, field: str) -> None:
    """Raises Refused for a day that has not come yet."""
    if on > today:
        raise Refused("This day is in the future. Enter the day on which it happened.", field)


def not_before_birth(patient: Patient, on: date, field: str) -> None:
    """Raises Refused for a day before the patient was born, when that day is known exactly."""
    if patient.born is not None and patient.born_precision == "day" and on < patient.born:
        raise Refused("This day is before the patient was born. Check the day and the date of birth.", field)


def _refused(row: models.Model, error: ValidationError) -> Refused:
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    errors: dict[str, list[str]] = {}
    for field, messages in by_field.items():
        for message in _in_its_range(row, error, field, messages):
            place = _field_of_constraint(row, message) if field == NON_FIELD_ERRORS else field
            errors.setdefault(place, []).append(message)
    field, messages = next(iter(errors.items()))
    return Refused(messages[0], field or None, errors)


def _in_its_range(row: models.Model, error: ValidationError, field: str, messages: list[str]) -> list[str]:
    """Of a number with too many digits what it can be, where the row says that; else the messages as they are."""
    codes = {each.code for each in getattr(error, "error_dict", {}).get(field, [])}
    if codes & {"max_digits", "max_whole_digits"}:
        for constraint in row._meta.constraints:
            if constraint.name.endswith("_range") and _fields_of(constraint) == {field}:
                return [str(constraint.violation_error_message)]
    return messages


def _field_of_constraint(row: models.Model, message: str) -> str:
    """The field at which the constraint with this message is shown; "" when it names none.

    Of several fields it is the last in the model's order: an end is judged against its start, a description against
    its kind.
    """
    for constraint in row._meta.constraints:
        if constraint.violation_error_message == message:
            names = _fields_of(constraint)
            return next((field.name for field in reversed(row._meta.fields) if field.name in names), "")
    return ""


def _fields_of(constraint: models.BaseConstraint) -> set[str]:
    if isinstance(constraint, models.UniqueConstraint):
        return set(constraint.fields)
    condition = getattr(constraint, "condition", None)
    if isinstance(constraint, models.CheckConstraint) and isinstance(condition, models.Q):
        return {str(name) for name in condition.referenced_base_fields}
    return set()


def _said_by_database(row: models.Model, error: IntegrityError) -> str:
    diagnostic = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostic, "constraint_name", None) or ""
    for constraint in row._meta.constraints:
        if constraint.name == name and constraint.violation_error_message:
            return str(constraint.violation_error_message)
    if name.endswith("_not_before_course"):
        return "This day is before the course started, or the drug was never given. Check the day and the course."
    return "The record changed while you were saving, and the entry no longer fits. Reload the page and try again."
