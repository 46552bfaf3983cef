from pathlib import Path

import pytest
from django.conf import settings

from tracker.management.commands.write_clinical_docs import pages


@pytest.mark.parametrize("name", ["activity.md", "pathway.md", "monitoring.md", "audits.md", "cohort.md"])
def test_generated_page_is_what_the_protocol_says(name):
    written = Path(settings.BASE_DIR) / "docs" / "clinical" / name

    assert written.read_text(encoding="utf-8") == pages()[name], "stale: run manage.py write_clinical_docs"


def test_every_page_that_is_generated_is_looked_at():
    assert set(pages()) == {path.name for path in (Path(settings.BASE_DIR) / "docs" / "clinical").glob("*.md")}
