"""The demo accounts. They exist only in a database that the demo cohort was loaded into."""

from dataclasses import dataclass

DEMO_PASSWORD = "myoline-demo-2026"  # noqa: S105 - printed on purpose; the demo holds no real patient


@dataclass(frozen=True, slots=True)
class DemoLogin:
    username: str
    role: str
    given_name: str
    family_name: str


# Of the second clinic, whose patients it recorded. With it emergency access to the first one's can be tried.
SECOND_LOGIN = DemoLogin("second-clinic", "doctor", "Sam", "Example")


DEMO_LOGINS = (
    DemoLogin("doctor", "doctor", "Dora", "Example"),
    DemoLogin("nurse", "nurse", "Nell", "Example"),
    DemoLogin("admin", "admin", "Ada", "Example"),
    DemoLogin("auditor", "auditor", "Audrey", "Example"),
)
