"""Prints what the rules and the pages cost, as absolute figures and as ratios to a fixed piece of pure Python."""

import argparse
import gc
import os

import django


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a smaller run: rules of 1,000 patients, pages and night at 500"
    )
    parser.add_argument("--rules-only", action="store_true", help="no database, no pages")
    options = parser.parse_args()
    patients, sizes = (1_000, (1, 50, 500)) if options.quick else (10_000, (1, 1_000, 10_000))
    lap = print_calibration()
    print_rules(patients, lap)
    if not options.rules_only:
        prepare_django()
        print_clinic(sizes, lap)
        print_long_timeline(lap)
        print_trail(100_000 if options.quick else 1_000_000)


def prepare_django() -> None:
    """Settings for a run on a database of its own, on the embedded servers unless others are named."""
    from tracker.embedded import use_servers

    use_servers()
    # A database is made, and a trigger taken away for comparison, by the owner of the tables.
    os.environ["DATABASE_URL"] = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    os.environ.setdefault("TEST_DATABASE_NAME", "test_benchmarks")
    os.environ.setdefault("REDIS_KEY_PREFIX", os.environ["TEST_DATABASE_NAME"])
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("DEBUG", "true")
    django.setup()
    from django.conf import settings

    # What a production server does: Django keeps no list of its queries and caches its templates; a worker settles its
    # memory once it has started (tracker/celery.py).
    settings.DEBUG = False
    gc.collect()
    gc.freeze()


def print_calibration() -> float:
    from benchmarks.calibration import seconds_a_lap

    lap = seconds_a_lap()
    print(f"Yardstick: one lap of fixed pure Python takes {lap * 1000:.0f} ms of processor time here.\n")
    return lap


def print_rules(patients: int, lap: float) -> None:
    from benchmarks.rules import measure_rules

    times = measure_rules(patients)
    print(f"Rules, {times.patients:,} synthetic patients, one core:")
    for name, seconds in (
        ("pathway and scores", times.pathway + times.scores),
        ("pathway", times.pathway),
        ("scores of every later assessment", times.scores),
        ("latest score with components", times.components),
        ("response to each course and line", times.response),
        ("pathway and response", times.pathway + times.response),
        ("monitoring", times.monitoring),
        ("pathway and monitoring", times.pathway + times.monitoring),
    ):
        rate = times.patients / seconds
        print(f"  {name:<34}{rate:>9,.0f} patients/s{rate * lap:>9.1f} patients a lap{seconds:>9.2f} s")
    print()


def print_clinic(sizes: tuple[int, ...], lap: float) -> None:
    """The pages at each size of the clinic, then a night without news at the largest."""
    from benchmarks.clinic import scratch_clinic
    from benchmarks.pages import measure_pages
    from benchmarks.reconcile import measure_night
    from benchmarks.trail import measure_trail

    with scratch_clinic() as (clinic, staff):
        costs = [cost for size in sizes for cost in measure_pages(clinic, staff, size)]
        night = measure_night()
        trail = measure_trail(clinic, staff)
    print("Pages:")
    for cost in costs:
        laps = cost.seconds / lap
        print(
            f"  {cost.page:<16}{cost.patients:>6,} patients{cost.queries:>5} queries"
            f"{cost.waited * 1000:>7.0f} ms waited{cost.seconds * 1000:>7.0f} ms on the processor{laps:>7.2f} laps"
        )
    smallest, largest = min(sizes), max(sizes)
    for page in dict.fromkeys(cost.page for cost in costs):
        queries = {cost.patients: cost.queries for cost in costs if cost.page == page}
        ratio = queries[largest] / queries[smallest]
        print(f"  {page:<16}queries at {largest:,} patients over queries at {smallest:,}: {ratio:.2f}")
    print("\nA night without news (reconcile with nothing to change):")
    print(
        f"  {night.patients:,} patients, {night.open_items:,} open items, {night.results:,} results: "
        f"{night.seconds:.1f} s on the processor ({night.seconds / lap:.0f} laps), {night.rows_written} rows written"
    )
    print("\nWhat it costs that every change is recorded (seconds on the clock, with the audit trail over without it):")
    for write in trail:
        print(
            f"  {write.write:<28}{write.without * 1000:>9.1f} ms without{write.recorded * 1000:>9.1f} ms recorded"
            f"{write.ratio:>7.2f} times"
        )


def print_long_timeline(lap: float) -> None:
    from benchmarks.timeline import print_timeline

    print()
    print_timeline(lap)


def print_trail(events: int) -> None:
    """Whether sealing keeps up with writes, and how fast a trail of so many events is checked."""
    from benchmarks.clinic import scratch_clinic
    from benchmarks.seal import print_seals
    from tests.factories.rows import a_patient

    print()
    with scratch_clinic() as (_, staff):
        print_seals(a_patient(staff).pk, staff.pk, events, seconds=10)


if __name__ == "__main__":
    main()
