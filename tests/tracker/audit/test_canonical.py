"""The text that the chain is made over: every column counts, no two different rows share one, no setting changes it."""

import json
from datetime import UTC
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tracker.audit.canonical import EVENT_COLUMNS, EVENT_TEXT, GUARDS, SEAL_TEXT, in_place

_OF_ROW = f"SELECT {EVENT_TEXT} FROM jsonb_populate_record(NULL::audit.event, %s) AS e"  # noqa: S608 - the product's own text

text = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=12) | st.sampled_from(
    ["", "null", '"', "\\", ",", "]", '","', "1", "[]", "\n", "{}", "é", "e\u0301"]
)
number = st.integers(-(2**63), 2**63 - 1)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | text | st.decimals(-10, 10, places=2).map(float),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
moments = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat())
OF_COLUMN: dict[str, st.SearchStrategy[Any]] = {
    "id": number,
    "transaction": st.integers(0, 2**64 - 1).map(str),
    "at": moments,
    "kind": text,
    "subject": text,
    "row_id": st.none() | text,
    "patient_id": st.none() | number,
    "patient_ids": st.none() | st.lists(number, max_size=3),
    "clinic_id": st.none() | number,
    "old": values,
    "new": values,
    "actor_id": st.none() | number,
    "emergency_id": st.none() | number,
}
rows = st.fixed_dictionaries({name: OF_COLUMN.get(name, text) for name in EVENT_COLUMNS})


def text_of(row: dict[str, Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_OF_ROW, [json.dumps(row)])
        return str(cursor.fetchone()[0])


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether PostgreSQL keeps the two as the same row, to the last digit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT jsonb_populate_record(NULL::audit.event, each::jsonb)::text) "
            "FROM unnest(%s::text[]) AS each",
            [[json.dumps(one), json.dumps(other)]],
        )
        return bool(cursor.fetchone()[0] == 1)


class CanonicalText(TestCase):
    @given(rows, rows)
    def test_different_rows_have_different_texts(self, one: dict[str, Any], other: dict[str, Any]) -> None:
        assert (text_of(one) == text_of(other)) is same(one, other)

    @given(rows, st.data())
    def test_one_other_value_is_another_text(self, row: dict[str, Any], data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(EVENT_COLUMNS))
        other = row | {name: data.draw(OF_COLUMN.get(name, text))}
        assert (text_of(row) == text_of(other)) is same(row, other)

    @given(rows, st.data())
    def test_what_moves_into_the_next_column_is_another_text(self, row: dict[str, Any], data: st.DataObject) -> None:
        texts = ("roles", "request_id", "origin", "reason")
        place = data.draw(st.integers(0, len(texts) - 2))
        both = row[texts[place]] + row[texts[place + 1]]
        moved = row | {texts[place]: both, texts[place + 1]: ""}
        assert (text_of(row) == text_of(moved)) is same(row, moved)

    @given(rows)
    def test_it_is_json_with_every_column_in_its_order(self, row: dict[str, Any]) -> None:
        word, *columns = json.loads(text_of(row))
        assert (word, len(columns), columns[0]) == ("event", len(EVENT_COLUMNS), row["id"])


@pytest.mark.django_db
def test_no_setting_of_a_session_changes_a_text() -> None:
    row = dict.fromkeys(EVENT_COLUMNS, "x") | {
        "id": 1, "transaction": "7", "at": "2026-04-05T10:12:13.000014+00:00", "patient_id": 2, "patient_ids": [1, 2],
        "clinic_id": 3, "actor_id": None, "emergency_id": None, "old": {"b": 1.50, "a": "é"}, "new": None,
    }  # fmt: skip
    before = text_of(row)
    assert "1775383933.000014" in before
    with connection.cursor() as cursor:
        for setting in (
            "TimeZone = 'Pacific/Chatham'", "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'",
            "extra_float_digits = -15", "lc_numeric = 'C'", "bytea_output = 'escape'", "quote_all_identifiers = on",
            "search_path = public", "client_encoding = 'LATIN1'", "standard_conforming_strings = on",
        ):  # fmt: skip
            cursor.execute(f"SET LOCAL {setting}")
        assert text_of(row) == before


@pytest.mark.django_db
def test_a_seal_says_everything_about_itself_but_its_head() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'audit' AND table_name = 'seal'"
        )
        columns = {row[0] for row in cursor.fetchall()}
    assert {name for name in columns if f"s.{name}" in SEAL_TEXT} == columns - {"head"}


def test_every_place_of_the_statements_is_filled() -> None:
    filled = in_place("{{lock}} {{form}} {{event_text}} {{seal_text}} {{guards}}")
    assert "{{" not in filled
    assert GUARDS in filled
