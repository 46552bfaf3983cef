"""The WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from tracker.protocols import protocol_in_force

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

application = get_wsgi_application()

# A web server runs no system checks: a protocol that must not be used stops it here, before its first page.
protocol_in_force()
