"""The timeline of a long record: python -m benchmarks.timeline.

What the server needs for the layout, the drawing and the files, as times and as laps of the yardstick; how many bytes
travel; and what a browser needs to draw it, where Chromium is there.
"""

import gzip
import shutil
import time
from collections.abc import Callable
from typing import Any

from benchmarks.__main__ import prepare_django, print_calibration
from benchmarks.calibration import seconds_of
from benchmarks.rules import TODAY
from monitoring.rules.record import MonitoringRecord
from tracker.timeline.marks import Timeline

_ROUNDS = 3
_PAGE = "<!doctype html><html lang=en><title>Timeline</title><body>{}</body></html>"


def main() -> None:
    prepare_django()
    lap = print_calibration()
    print_timeline(lap)


def print_timeline(lap: float) -> None:
    from benchmarks.long_record import long_record
    from tracker.presenters.timeline import Asked, timeline_shown
    from tracker.timeline.sheet import Heading, as_png, as_svg
    from tracker.timeline.svg import plot, written

    record = long_record()
    treatment = record.treatment
    standing = _standing(record)
    whole = timeline_shown(standing, Asked()).everything
    assert whole is not None
    heading = Heading("Timeline", ("Nobody",), "")
    spans = {"the usual three years": Asked(), "all ten years": Asked(whole.first, whole.last)}
    print(f"A timeline of {len(treatment.courses)} courses and {len(record.results):,} results:")
    for name, asked in spans.items():
        timeline = timeline_shown(standing, asked).timeline
        assert timeline is not None
        marks = sum(len(lane.marks) for lane in timeline.lanes)
        print(f"  {name}: {len(timeline.rows):,} entries in {marks:,} marks, {timeline.height:.0f} pixels high")
        drawing, table = _on_a_page(timeline)
        for work, what in (
            (lambda asked=asked: timeline_shown(standing, asked), "rules and layout"),
            (lambda timeline=timeline: written(plot(timeline)), "drawing"),
            (lambda timeline=timeline: as_svg(timeline, heading), "SVG file"),
            (lambda timeline=timeline: as_png(timeline, heading), "PNG file"),
        ):
            seconds = _quickest(work)
            print(f"    {what:<18}{seconds * 1000:>7.0f} ms{seconds / lap:>7.2f} laps")
        print(f"    in the browser    {_drawn(drawing)}")
        for name, markup in (("drawing", drawing), ("table", table)):
            print(
                f"    bytes of the {name:<8} {_kilobytes(gzip.compress(markup.encode()))} compressed, "
                f"{_kilobytes(markup.encode())} as they are"
            )


def _standing(record: MonitoringRecord) -> Any:
    """The record as the selectors hand it on, without a database."""
    from monitoring.protocol.load import load as load_monitoring
    from monitoring.rules.schedule import evaluate as evaluate_monitoring
    from regimens.protocol.load import load as load_pathway
    from regimens.rules.pathway import evaluate

    class Standing:
        as_of, known_on = TODAY, None
        protocol = load_monitoring()
        pathway = evaluate(record.treatment, load_pathway(), TODAY)
        monitoring = evaluate_monitoring(record, load_monitoring(), TODAY)

    Standing.record = record  # type: ignore[attr-defined]  # in the class body the argument has no such name
    return Standing


def _on_a_page(timeline: Timeline) -> tuple[str, str]:
    """The markup of the drawing and of its whole table, with the addresses of a patient's entries."""
    from django.template.loader import render_to_string

    from patients.models import Patient

    context = {"timeline": timeline, "patient": Patient(pk=123_456), "rows": timeline.rows, "most_height": 560}
    drawing = render_to_string("tracker/_timeline.html", {**context, "table_address": "table/"})
    return drawing, render_to_string("tracker/_timeline_table.html", context)


def _kilobytes(found: bytes) -> str:
    return f"{len(found) / 1000:,.1f} kB"


def _quickest(work: Callable[[], object]) -> float:
    return min(seconds_of(work) for _ in range(_ROUNDS))


def _drawn(drawing: str) -> str:
    """From the markup to the second frame after it, in Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return "not measured: no Chromium here"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_content(_PAGE.format(""))
        found = []
        for _ in range(_ROUNDS):
            started = time.perf_counter()
            page.evaluate(
                """markup => new Promise(done => {
                    document.body.innerHTML = markup;
                    document.body.getBoundingClientRect();
                    requestAnimationFrame(() => requestAnimationFrame(done));
                })""",
                drawing,
            )
            found.append(time.perf_counter() - started)
        browser.close()
    return f"{min(found) * 1000:>7.0f} ms"


if __name__ == "__main__":
    main()
