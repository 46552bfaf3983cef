"""Time of the cohort pages, from nothing kept and from what the page before kept: `python -m benchmarks.cohort`."""

import argparse
import time
from collections.abc import Callable

from benchmarks.__main__ import prepare_django

PAGES = ("cohort", "cohort_survival", "cohort_monitoring", "cohort_list")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cohort", description=__doc__)
    parser.add_argument("--patients", type=int, nargs="+", default=[220, 2000], help="sizes of the clinic")
    options = parser.parse_args()
    prepare_django()
    measure(sorted(options.patients))


def measure(sizes: list[int]) -> None:
    """Prints for each size and page the processor time of this process and the time on the clock."""
    from django.core.cache import cache
    from django.test import Client
    from django.urls import reverse

    from benchmarks.clinic import grow, scratch_clinic
    from patients.models import Patient
    from regimens.models import Course

    with scratch_clinic() as (clinic, staff):
        client = Client()
        client.force_login(staff, "django.contrib.auth.backends.ModelBackend")
        for size in sizes:
            grow(clinic, staff, size)
            for page in PAGES:
                address = reverse(page)

                def show(address: str = address) -> None:
                    client.get(address).content  # noqa: B018 - rendered here

                cache.clear()
                client.force_login(staff, "django.contrib.auth.backends.ModelBackend")
                first = _took(show)
                again = _took(show)
                course = Course.objects.filter(patient=Patient.objects.first()).first()
                if course is not None:
                    Course.objects.filter(pk=course.pk).update(note=f"{time.monotonic_ns()}")
                changed = _took(show)
                took = f"nothing kept {first}, all kept {again}, one record changed {changed}"
                print(f"{size:>6,} patients, {page:<18} {took}")


def _took(work: Callable[[], None]) -> str:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return f"{time.perf_counter() - clock:.2f} s ({time.process_time() - processor:.2f} s of processor)"


if __name__ == "__main__":
    main()
