"""How a person signs in, proves it again, and stays signed in. django-allauth carries the steps (docs/adr/0029)."""
