"""The three that stop a save: methotrexate not weekly, more than ten times the usual, a recorded intolerance."""

from dataclasses import replace
from datetime import date

import pytest

from patients.rules.reasons import Truth
from regimens.rules.guard_findings import STOPS, GuardCode, GuardLevel
from regimens.rules.proposals import ChangeDose
from regimens.rules.record import Course, DosePeriod
from regimens.rules.vocabulary import CourseRole, DoseUnit, Frequency, OutcomeKind, Route, Weekday
from tests.regimens.rules.build import NON_SEVERE, course, on, record
from tests.regimens.rules.guarding import (
    COURSE,
    DAILY,
    GRAM,
    MG,
    MICROGRAM,
    PER_KG,
    PER_M2,
    TWICE,
    WEEKLY,
    amount,
    codes,
    said,
    start,
    the,
)

C, STOP = GuardCode, GuardLevel.STOP
PULSE, IMMUNOGLOBULIN = "methylprednisolone_sodium_succinate", "normal_immunoglobulin"
FAILED, INTOLERANT, RESPONDED = OutcomeKind.INEFFECTIVE, OutcomeKind.INTOLERANT, OutcomeKind.RESPONDED
PARTIAL, BARRED, DECLINED = OutcomeKind.PARTIAL_RESPONSE, OutcomeKind.CONTRAINDICATED, OutcomeKind.DECLINED
DAILY_FREQUENCIES = {
    Frequency.ONCE_DAILY,
    Frequency.TWICE_DAILY,
    Frequency.THREE_TIMES_DAILY,
    Frequency.PER_DAY_TOTAL,
    Frequency.ALTERNATE_DAYS,
}


@pytest.mark.parametrize("frequency", list(Frequency))
def test_methotrexate_stops_at_every_daily_frequency_and_at_no_other(frequency: Frequency) -> None:
    for route in (Route.ORAL, Route.SUBCUTANEOUS, Route.INTRAMUSCULAR):
        found = said(start("methotrexate", amount("7.5", frequency), route=route))
        assert (C.METHOTREXATE_NOT_WEEKLY in codes(found, STOP)) is (frequency in DAILY_FREQUENCIES)
        unknown = frequency in (Frequency.NOT_RECORDED, Frequency.AS_TEXT)
        assert (C.WEEKLY_NOT_STATED in codes(found, GuardLevel.WARN)) is unknown


def test_daily_methotrexate_stops_a_change_and_a_child_and_a_dose_not_recorded() -> None:
    treatment = record(course("methotrexate", 0), assessments=NON_SEVERE)
    assert C.METHOTREXATE_NOT_WEEKLY in codes(
        said(ChangeDose(course="methotrexate@0", on=on(10), dose=amount("10")), treatment), STOP
    )
    child = record(born=date(2015, 1, 1))
    assert C.METHOTREXATE_NOT_WEEKLY in codes(said(start("methotrexate", amount("10")), child), STOP)
    assert C.METHOTREXATE_NOT_WEEKLY in codes(said(start("methotrexate", amount(None))), STOP)


@pytest.mark.parametrize("words", ["methotrexate", "MTX", " Methotrexate "])
def test_methotrexate_in_words_is_still_methotrexate(words: str) -> None:
    proposal = replace(start("methotrexate", amount("10")), drug="", drug_text=words, role=CourseRole.OUTSIDE_PATHWAY)
    found = said(proposal)
    assert C.METHOTREXATE_NOT_WEEKLY in codes(found, STOP)
    assert C.IN_CATALOGUE in codes(found, GuardLevel.WARN)


@pytest.mark.parametrize(("weekday", "warned"), [(Weekday.FRIDAY, False), (None, True)])
def test_the_weekday_of_methotrexate_is_asked_for(weekday: Weekday | None, warned: bool) -> None:
    found = said(start("methotrexate", amount("7.5", WEEKLY, weekday=weekday)))
    assert (C.WEEKDAY in codes(found, GuardLevel.WARN)) is warned


@pytest.mark.parametrize(
    ("drug", "given", "over"),
    [
        ("methotrexate", amount("50", WEEKLY), False),
        ("methotrexate", amount("50.001", WEEKLY), True),
        ("methotrexate", amount("7.5", WEEKLY, GRAM), True),
        ("methotrexate", amount("15000", WEEKLY, MICROGRAM), False),
        ("methotrexate", amount("51", Frequency.NOT_RECORDED), True),
        ("methotrexate", amount("50", Frequency.NOT_RECORDED), False),
        ("methotrexate", amount("51", Frequency.EVERY_2_WEEKS), True),
        ("prednisolone", amount("400"), False),
        ("prednisolone", amount("700"), False),
        ("prednisolone", amount("701"), True),
        ("prednisolone", amount("350.5", TWICE), True),
        ("prednisolone", amount("40", DAILY, GRAM), True),
        ("azathioprine", amount("1400"), False),
        ("azathioprine", amount("1401"), True),
        ("azathioprine", amount("15", DAILY, GRAM), True),
        ("azathioprine", amount("20", DAILY, MG, PER_KG), False),
        ("azathioprine", amount("20.1", DAILY, MG, PER_KG), True),
        ("mycophenolate_mofetil", amount("15", TWICE, GRAM), False),
        ("mycophenolate_mofetil", amount("15.001", TWICE, GRAM), True),
        ("mycophenolate_mofetil", amount("500", TWICE, GRAM), True),
        (PULSE, amount("10", DAILY, GRAM), False),
        (PULSE, amount("10.001", DAILY, GRAM), True),
        (PULSE, amount("50", COURSE, GRAM), False),
        (PULSE, amount("50.001", COURSE, GRAM), True),
        (IMMUNOGLOBULIN, amount("20", COURSE, GRAM, PER_KG), False),
        (IMMUNOGLOBULIN, amount("20.001", COURSE, GRAM, PER_KG), True),
        (IMMUNOGLOBULIN, amount("1400", COURSE, GRAM), False),
        (IMMUNOGLOBULIN, amount("1401", COURSE, GRAM), True),
        # No dose is printed of these: twice the highest dose in use.
        ("ciclosporin", amount("350", TWICE), False),
        ("ciclosporin", amount("350.1", TWICE), True),
        ("tacrolimus", amount("5.25", TWICE), False),
        ("tacrolimus", amount("5.26", TWICE), True),
        ("rituximab", amount("2", Frequency.AS_TEXT, GRAM), False),
        ("rituximab", amount("2.1", Frequency.AS_TEXT, GRAM), True),
        # Into how many infusions a whole course is divided is not known: ten times one of them.
        ("rituximab", amount("10", COURSE, GRAM), False),
        ("rituximab", amount("10.1", COURSE, GRAM), True),
        ("cyclophosphamide", amount("30", Frequency.EVERY_4_WEEKS, MG, PER_KG), False),
        ("cyclophosphamide", amount("30.1", Frequency.EVERY_4_WEEKS, MG, PER_KG), True),
        ("cyclophosphamide", amount("2", Frequency.EVERY_4_WEEKS, GRAM, PER_M2), False),
        ("cyclophosphamide", amount("2.1", Frequency.EVERY_4_WEEKS, GRAM, PER_M2), True),
        ("abatacept", amount("2000", Frequency.EVERY_4_WEEKS), False),
        ("abatacept", amount("2001", Frequency.EVERY_4_WEEKS), True),
        ("tocilizumab", amount("16", Frequency.EVERY_4_WEEKS, MG, PER_KG), False),
        ("tocilizumab", amount("16.1", Frequency.EVERY_4_WEEKS, MG, PER_KG), True),
        ("hydroxychloroquine", amount("700"), False),
        ("hydroxychloroquine", amount("701"), True),
        ("methylprednisolone", amount("128"), False),
        ("methylprednisolone", amount("129"), True),
    ],
)
def test_more_than_the_drugs_number_of_times_stops_and_that_many_does_not(
    drug: str, given: DosePeriod, over: bool
) -> None:
    found = said(start(drug, given))
    assert (C.TIMES_USUAL in codes(found, STOP)) is over


def test_methotrexate_stops_above_twice_the_usual_dose_with_what_that_rests_on() -> None:
    finding = the(said(start("methotrexate", amount("150", WEEKLY))), C.TIMES_USUAL)
    assert finding.level is STOP
    assert "150 mg a week is more than twice the printed maximum of 25 mg a week" in finding.text
    (own,) = [each.text for each in finding.reason.predicates if each.text.startswith("needs a reason above twice")]
    assert "2.5 mg and 10 mg tablets" in own


def test_twice_holds_for_a_child_and_for_a_change_of_dose() -> None:
    child = record(born=date(2015, 1, 1), weight="30")
    finding = the(said(start("methotrexate", amount("50.5", WEEKLY)), child), C.TIMES_USUAL)
    assert "More than twice the usual highest dose of an adult" in finding.text
    treatment = record(course("methotrexate", 0), assessments=NON_SEVERE)
    raised = ChangeDose(course="methotrexate@0", on=on(10), dose=amount("50.5", WEEKLY))
    assert C.TIMES_USUAL in codes(said(raised, treatment), STOP)


@pytest.mark.parametrize(("milligrams", "over"), [("125", False), ("250", False), ("250.1", True)])
def test_abatacept_under_the_skin_has_its_own_usual_dose(milligrams: str, over: bool) -> None:
    found = said(start("abatacept", amount(milligrams, WEEKLY), route=Route.SUBCUTANEOUS))
    assert (C.TIMES_USUAL in codes(found)) is over


@pytest.mark.parametrize(
    ("drug", "given", "over"),
    [
        ("azathioprine", amount("1400"), False),
        ("azathioprine", amount("15", DAILY, GRAM), True),
        (IMMUNOGLOBULIN, amount("1401", COURSE, GRAM), True),
        ("prednisolone", amount("800"), False),
        ("prednisolone", amount("801"), True),
        ("methotrexate", amount("0.71", WEEKLY, MG, PER_KG), False),
        ("methotrexate", amount("0.72", WEEKLY, MG, PER_KG), True),
        ("methotrexate", amount("29", WEEKLY, MG, PER_M2), True),
        ("methotrexate", amount("28.9", WEEKLY, MG, PER_M2), False),
        # Of the drugs without a printed dose too, what is assumed finds only what is ten times too much.
        ("ciclosporin", amount("1750", TWICE), False),
        ("ciclosporin", amount("1751", TWICE), True),
        ("rituximab", amount("117", Frequency.SINGLE, MG, PER_KG), False),
    ],
)
def test_without_a_weight_the_slip_is_found_with_an_assumed_one(drug: str, given: DosePeriod, over: bool) -> None:
    found = said(start(drug, given), record(assessments=NON_SEVERE, weight=None))
    assert (C.TIMES_USUAL in codes(found)) is over


def test_an_assumed_weight_is_said_to_be_assumed() -> None:
    finding = the(said(start("azathioprine", amount("15", DAILY, GRAM)), record(weight=None)), C.TIMES_USUAL)
    assert finding.text == (
        "azathioprine: 15 g, once a day. 214.286 mg/kg a day is more than 10 times the printed maximum of 2 mg/kg a "
        "day; no dated weight, so 70 kg were assumed for this check only"
    )
    assert finding.reason.predicates[-1].truth is Truth.UNKNOWN


def test_a_dose_in_use_is_never_called_a_recommendation() -> None:
    finding = the(said(start("ciclosporin", amount("300", DAILY, GRAM))), C.TIMES_USUAL)
    assert "the highest dose in use, about 5 mg/kg a day" in finding.text
    assert "no recommendation" in finding.reason.predicates[0].text


def test_no_adult_dose_is_shown_of_a_child_and_the_slip_still_stops() -> None:
    child = record(born=date(2015, 1, 1), weight="30")
    finding = the(said(start("azathioprine", amount("15", DAILY, GRAM)), child), C.TIMES_USUAL)
    assert "2 mg/kg" not in finding.text
    assert "More than 10 times the usual highest dose of an adult" in finding.text


@pytest.mark.parametrize(("drug", "noted"), [("leflunomide", True), ("folic_acid", False)])
def test_a_drug_without_a_known_usual_dose_says_so_unless_it_is_supportive(drug: str, noted: bool) -> None:
    found = said(start(drug, amount("20000")))
    assert (C.NOT_CHECKED in codes(found, GuardLevel.NOTE)) is noted
    assert C.TIMES_USUAL not in codes(found)


def test_a_dose_in_no_unit_of_mass_cannot_be_compared() -> None:
    finding = the(said(start("ciclosporin", amount("3", TWICE, DoseUnit.MILLILITRE))), C.NOT_CHECKED)
    assert finding.level is GuardLevel.WARN


def judged(*outcomes: tuple[int, OutcomeKind], stop: int | None = 30) -> Course:
    return course("methotrexate", 0, stop, outcomes=outcomes)


def stops_at(day: int, *courses: Course) -> bool:
    found = said(start("methotrexate", amount("7.5", WEEKLY, day=day)), record(*courses, assessments=NON_SEVERE))
    return C.NOT_TOLERATED in codes(found, STOP)


@pytest.mark.parametrize(
    ("courses", "stopped"),
    [
        ((judged((20, INTOLERANT)),), True),
        ((judged((20, FAILED)),), False),
        ((judged((20, INTOLERANT), (25, PARTIAL)),), True),
        ((judged((20, INTOLERANT), (25, RESPONDED)),), False),
        ((judged((20, INTOLERANT)), course("methotrexate", 40, 60)), False),
        ((judged((20, INTOLERANT)), course("methotrexate", 40, 60, outcomes=[(50, INTOLERANT)])), True),
        ((judged((20, INTOLERANT)), course("azathioprine", 40)), True),
        ((course("azathioprine", 0, 30, outcomes=[(20, INTOLERANT)]),), False),
    ],
)
def test_a_recorded_intolerance_stops_unless_undone_since(courses: tuple[Course, ...], stopped: bool) -> None:
    assert stops_at(100, *courses) is stopped


def test_an_intolerance_is_known_from_its_day_on_or_from_the_day_of_asking() -> None:
    treatment = record(judged((20, INTOLERANT), stop=5), assessments=NON_SEVERE)
    early = start("methotrexate", amount("7.5", WEEKLY, day=10))
    assert C.NOT_TOLERATED not in codes(said(early, treatment, as_of=on(19)))
    assert C.NOT_TOLERATED in codes(said(early, treatment, as_of=on(20)))


def test_the_dose_of_a_drug_not_tolerated_and_still_taken_stops_as_well() -> None:
    treatment = record(judged((20, INTOLERANT), stop=None), assessments=NON_SEVERE)
    change = ChangeDose(course="methotrexate@0", on=on(30), dose=amount("5", WEEKLY, day=30))
    assert C.NOT_TOLERATED in codes(said(change, treatment), STOP)


def test_the_message_gives_the_reaction_and_points_to_the_judgement() -> None:
    drug = judged((20, INTOLERANT))
    drug = replace(drug, outcomes=(replace(drug.outcomes[0], reaction="mouth ulcers", reason="twice"),))
    proposal = start("methotrexate", amount("7.5", WEEKLY, day=50))
    finding = the(said(proposal, record(drug, assessments=NON_SEVERE)), C.NOT_TOLERATED)
    assert finding.text == "methotrexate: not tolerated, 21-Jan-2024: mouth ulcers. twice"
    assert [(fact.kind, fact.id) for fact in finding.facts] == [("outcome", drug.outcomes[0].id)]


def test_an_intolerance_without_a_day_is_recorded_all_the_same() -> None:
    undated = replace(judged(), undated_outcome=INTOLERANT)
    assert stops_at(100, undated)
    assert not stops_at(100, undated, course("methotrexate", 40, 60))
    assert not stops_at(100, replace(undated, undated_outcome=FAILED))


@pytest.mark.parametrize("words", ["Tofacitinib", "tofacitinib "])
def test_a_drug_outside_the_catalogue_is_known_by_its_words(words: str) -> None:
    seen = course("", 0, 30, text="tofacitinib", role=CourseRole.OUTSIDE_PATHWAY, outcomes=[(20, INTOLERANT)])
    assert C.NOT_TOLERATED in codes(said(start(words, amount("5", day=50)), record(seen)), STOP)
    assert C.NOT_TOLERATED not in codes(said(start("baricitinib", amount("4", day=50)), record(seen)))


def test_a_drug_outside_the_pathway_stops_like_any_other() -> None:
    seen = course("leflunomide", 0, 30, outcomes=[(20, INTOLERANT)])
    assert C.NOT_TOLERATED in codes(said(start("leflunomide", amount("20", day=50)), record(seen)), STOP)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (Route.INTRAVENOUS, Route.INTRAVENOUS, C.NOT_TOLERATED),
        (Route.INTRAVENOUS, Route.NOT_RECORDED, C.NOT_TOLERATED),
        (Route.INTRAVENOUS, Route.SUBCUTANEOUS, C.OTHER_ROUTE),
        (Route.NOT_RECORDED, Route.SUBCUTANEOUS, C.OTHER_ROUTE),
        (Route.SUBCUTANEOUS, Route.SUBCUTANEOUS, C.NOT_TOLERATED),
        (Route.SUBCUTANEOUS, Route.INTRAVENOUS, C.NOT_TOLERATED),
    ],
)
def test_immunoglobulin_not_tolerated_by_vein_leaves_the_subcutaneous_route(
    before: Route, now: Route, expected: GuardCode
) -> None:
    seen = course(IMMUNOGLOBULIN, 0, 30, route=before, outcomes=[(20, INTOLERANT)])
    found = said(start(IMMUNOGLOBULIN, amount("140", COURSE, GRAM, day=50), route=now), record(seen))
    about_history = codes(found) & {C.NOT_TOLERATED, C.OTHER_ROUTE}
    assert about_history == {expected}


def test_immunoglobulin_under_the_skin_does_not_undo_what_happened_by_vein() -> None:
    seen = [
        course(IMMUNOGLOBULIN, 0, 30, route=Route.INTRAVENOUS, outcomes=[(20, INTOLERANT)]),
        course(IMMUNOGLOBULIN, 40, 60, route=Route.SUBCUTANEOUS, outcomes=[(50, RESPONDED)]),
    ]
    proposal = start(IMMUNOGLOBULIN, amount("140", COURSE, GRAM, day=90), route=Route.INTRAVENOUS)
    assert C.NOT_TOLERATED in codes(said(proposal, record(*seen)))


@pytest.mark.parametrize("kind", [BARRED, DECLINED])
def test_contraindicated_or_declined_is_a_warning(kind: OutcomeKind) -> None:
    never = course("methotrexate", 0, never_given=True, outcomes=[(0, kind)])
    proposal = start("methotrexate", amount("7.5", WEEKLY, day=50))
    found = said(proposal, record(never, assessments=NON_SEVERE))
    assert C.UNAVAILABLE in codes(found, GuardLevel.WARN)
    assert codes(found, STOP) == set()


def test_contraindicated_is_undone_by_taking_it_since() -> None:
    seen = [
        course("methotrexate", 0, never_given=True, outcomes=[(0, BARRED)]),
        course("methotrexate", 20, 30),
    ]
    assert C.UNAVAILABLE not in codes(
        said(start("methotrexate", amount("7.5", WEEKLY, day=50)), record(*seen, assessments=NON_SEVERE))
    )


def test_ineffective_before_is_noted_at_the_start_only() -> None:
    proposal = start("methotrexate", amount("7.5", WEEKLY, day=50))
    assert C.INEFFECTIVE_BEFORE in codes(said(proposal, record(judged((20, FAILED)))), GuardLevel.NOTE)
    running = record(judged((20, FAILED), stop=None))
    change = ChangeDose(course="methotrexate@0", on=on(30), dose=amount("10", WEEKLY, day=30))
    assert C.INEFFECTIVE_BEFORE not in codes(said(change, running))


def test_a_change_of_a_course_that_is_not_there_says_so() -> None:
    (finding,) = said(ChangeDose(course="none", on=on(10), dose=amount("5")))
    assert (finding.code, finding.level) == (C.NOT_CHECKED, GuardLevel.WARN)


def test_exactly_three_codes_stop() -> None:
    assert {C.METHOTREXATE_NOT_WEEKLY, C.TIMES_USUAL, C.NOT_TOLERATED} == STOPS


def test_a_usual_safe_start_is_met_with_silence() -> None:
    assert said(start("azathioprine", amount("50"))) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Methotrexate tablets",
        "methotrexate 2.5 mg",
        "METHOTREXATE sodium",
        "oral methotrexate",
        "methotrexate,  oral",
        "mtx",
    ],
)
def test_methotrexate_among_other_words_is_methotrexate(text: str) -> None:
    found = the(said(start(text, amount("10", DAILY))), C.METHOTREXATE_NOT_WEEKLY)
    assert found.level is STOP
    assert C.METHOTREXATE_NOT_WEEKLY not in codes(said(start(text, amount("10", WEEKLY))))


@pytest.mark.parametrize("text", ["premethotrexate", "methotrexates", "a drug of the trial"])
def test_part_of_a_word_is_no_name(text: str) -> None:
    assert C.METHOTREXATE_NOT_WEEKLY not in codes(said(start(text, amount("10", DAILY))))


MORE_OFTEN = ["daily", "once DAILY", "every day", "each morning", "10 mg a day", "OD", "twice weekly", "2 times a week"]
NOT_MORE_OFTEN = [
    "once a week",
    "days 1 and 15",
    "weekly on Monday",
    "every second week",
    "as the clinic says",
    "period",
]


@pytest.mark.parametrize("text", MORE_OFTEN + NOT_MORE_OFTEN)
def test_methotrexate_stops_where_words_say_more_often_than_once_a_week(text: str) -> None:
    dose = replace(amount("10", Frequency.AS_TEXT), frequency_text=text)
    expected = C.METHOTREXATE_NOT_WEEKLY if text in MORE_OFTEN else C.WEEKLY_NOT_STATED
    other = C.WEEKLY_NOT_STATED if text in MORE_OFTEN else C.METHOTREXATE_NOT_WEEKLY
    found = codes(said(start("methotrexate", dose)))
    assert expected in found
    assert other not in found


def test_words_count_only_where_how_often_is_told_in_words() -> None:
    dose = replace(amount("10", WEEKLY), frequency_text="daily")
    assert C.METHOTREXATE_NOT_WEEKLY not in codes(said(start("methotrexate", dose)))
