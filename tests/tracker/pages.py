"""What the page tests share: a patient whose record has one of everything, and a page read as text."""

import gzip
import html
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from patients.models import Patient, Staff
from patients.rules.vocabulary import AntibodyFinding, ConditionKind, MrcGrade, MuscleGroup
from regimens.rules.vocabulary import OutcomeKind, Route, StopReason
from tests.factories import rows

TODAY = "2026-06-01T10:00:00+01:00"
BUDGETS = Path(__file__).with_name("query_counts.json")


def query_budget(page: str) -> int:
    """How many queries the page may make, whatever the number of rows."""
    return int(json.loads(BUDGETS.read_text())[page])


def text_of(response: HttpResponse) -> str:
    """The page's visible words, markup and spacing left out."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    words = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " "))
    return re.sub(r" (?=[,:;.)])", "", words)


def weight_of(response: Any) -> int:
    """Bytes of the page and of every static file that it names, each compressed as a server sends it."""
    body: bytes = response.content
    named = set(re.findall(r'(?:src|href)="/static/([^"]+)"', body.decode()))
    files = [finders.find(name) for name in named]
    assert None not in files, named
    return len(gzip.compress(body)) + sum(len(gzip.compress(Path(str(file)).read_bytes())) for file in files)


def a_full_record(by: Staff, **fields: Any) -> Patient:
    """Methotrexate failed, azathioprine running beside prednisolone with a taper ahead, IVIG, tests done and missed."""
    patient = rows.a_patient(by, **fields)
    rows.a_weight(patient, "70", date(2026, 1, 5))
    rows.a_condition(patient, ConditionKind.ILD, date(2026, 1, 5))
    rows.an_autoantibody(patient, "anti-Jo-1", finding=AntibodyFinding.POSITIVE.value)
    rows.an_assessment(
        patient,
        date(2026, 1, 5),
        ck="4200",
        mmt=110,
        mmt_maximum=150,
        physician_global=6,
        lowest_mrc=MrcGrade.FOUR.value,
        lowest_mrc_group=MuscleGroup.PROXIMAL.value,
    )
    prednisolone = rows.a_course(patient, "prednisolone", date(2026, 1, 6), dose="60")
    rows.a_dose(prednisolone, "20", date(2026, 4, 1))
    rows.a_taper(prednisolone, (date(2026, 7, 1), "10"), (date(2026, 8, 1), "0"))
    stop = {"stop_on": date(2026, 5, 1), "stop_reason": StopReason.INEFFECTIVE.value}
    failed = rows.a_course(patient, "methotrexate", date(2026, 1, 12), "15", **stop)
    rows.an_outcome(failed, OutcomeKind.INEFFECTIVE, date(2026, 4, 28), reason="still weak at 15 mg")
    rows.a_course(patient, "azathioprine", date(2026, 5, 4), "50")
    immunoglobulin = rows.a_course(patient, "normal_immunoglobulin", date(2026, 5, 4), route=Route.INTRAVENOUS.value)
    rows.an_infusion(immunoglobulin, date(2026, 5, 4), days=2, total=140, unit="g")
    declined = rows.a_course(patient, "mycophenolate_mofetil", date(2026, 5, 2), never_given=True)
    rows.an_outcome(declined, OutcomeKind.DECLINED, date(2026, 5, 2))
    rows.a_result(patient, "alt", "120", date(2026, 5, 20), unit="U/L", upper_limit=40)
    return patient


def an_overfull_record(by: Staff) -> Patient:
    """A full record with thirty further drugs that were not tolerated, conditions, autoantibodies and findings."""
    patient = a_full_record(by)
    for number in range(30):
        start = date(2020, 1, 6) + timedelta(days=60 * number)
        named: dict[str, Any] = {
            "drug_text": f"Remedy {number} with a rather long name",
            "stop_on": start + timedelta(40),
        }
        course = rows.a_course(patient, "", start, **named)
        rows.an_outcome(course, OutcomeKind.INTOLERANT, start + timedelta(30), reason="nausea " * 20)
        rows.a_condition(patient, ConditionKind.OTHER, start, description=f"complaint number {number} of very many")
        rows.an_autoantibody(patient, f"anti-{number}", finding=AntibodyFinding.POSITIVE.value)
        seen_on = date(2026, 5, 1) - timedelta(days=number)
        rows.a_result(patient, f"finding_{number}", "", seen_on, text=f"{number}: " + "found in many words " * 8)
    return patient


RECORD_TABS = ("record", "record_treatment", "record_assessments", "record_flowsheet", "record_background")


def tab_text(name: str, client: Client, patient: Patient, **query: str) -> str:
    """The words of one page of a record, by the name of its address."""
    response: Any = client.get(reverse(name, args=[patient.pk]), query)
    assert response.status_code == 200
    return text_of(response)


def pdf_pages(answer: Any) -> list[str]:
    """The words of each page of a document."""
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    return [" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in reader.pages]


def every_tab(client: Client, patient: Patient, **query: str) -> str:
    """The markup of the record's own tabs, one after the other."""
    answers = [client.get(reverse(name, args=[patient.pk]), query) for name in RECORD_TABS]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.content.decode() for answer in answers)


def anchors_that_lead_nowhere(client: Client, markup: str) -> list[str]:
    """The links of a page to an entry of a record whose page does not hold that entry."""
    links = set(re.findall(r'href="(/patients/\d+/[^"#]*)#([a-z_]+-\d+)"', markup))
    pages = {address: client.get(html.unescape(address)).content.decode() for address, _anchor in links}
    return [f"{address}#{anchor}" for address, anchor in links if f'id="{anchor}"' not in pages[address]]
