from django.apps import AppConfig
from django.conf import settings

from patients.protocol import place


class TrackerConfig(AppConfig):
    name = "tracker"

    def ready(self) -> None:
        place.use(settings.PROTOCOL_FOLDER)
        from tracker import checks  # noqa: F401 - importing registers the checks
