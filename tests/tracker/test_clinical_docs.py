from pathlib import Path

import pytest
from django.conf import settings

from tracker.management.commands.write_clinical_docs import pages


@pytest.mark.parametrize("name", ["pathway.md", "monitoring.md"])
def test_generated_page_is_what_the_protocol_says(name):
    written = Path(settings.BASE_DIR) / "docs" / "clinical" / name

    assert written.read_text(encoding="utf-8") == pages()[name], "stale: run manage.py write_clinical_docs"
