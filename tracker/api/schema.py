"""What the OpenAPI schema says beyond the serializers: the token, and the problems of each operation."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, get_lib_doc_excludes

from patients.endpoint import ListedRows, PatientFacts, RecordEndpoint
from patients.fields import StrictSerializer
from patients.serializers import EntrySerializer
from tracker.api.problems import MEDIA_TYPE

_MEANINGS = {
    "400": "The request cannot be read.",
    "401": "Not signed in, or the token is not valid.",
    "403": "Your role does not allow this.",
    "404": "No such row among your patients.",
    "409": "Someone else changed what you read; `current_version` or `question` is how it stands now.",
    "422": "The entry breaks a rule of the record. Nothing was saved.",
    "429": "Too many requests; `Retry-After` says how many seconds to wait.",
}
# Writes that say what they were made in sight of.
_STALE = ("/stop/", "/reopen/", "/status/", "/questions/", "/doses/", "/acknowledge/", "/act/", "/close/")
PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:myoline:problem:refused"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "Messages by field, nested fields with dots; the empty name is for the whole request.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "guard": {
            "type": "array",
            "description": "With 422 of a start or a dose change only: what the dose guard says.",
            "items": {"type": "object"},
        },
        "current_version": {"type": "integer", "description": "With 409 for a row only."},
        "question": {
            "type": ["object", "null"],
            "description": "With 409 for a question only: how it stands now, or null when it is no longer open.",
        },
    },
}


def without_marks(result: Any, **_: Any) -> Any:
    """The schema without the generator's own marks on closed lists, which name nothing that a reader knows."""
    if isinstance(result, dict):
        return {key: without_marks(value) for key, value in result.items() if key != "x-spec-enum-id"}
    return [without_marks(value) for value in result] if isinstance(result, list) else result


def classes_without_words() -> list[type]:
    """Base classes whose docstrings speak to developers and do not describe what inherits them."""
    return [*get_lib_doc_excludes(), StrictSerializer, EntrySerializer, RecordEndpoint, ListedRows, PatientFacts]


class TokenScheme(OpenApiAuthenticationExtension):
    """The token in the schema."""

    target_class = "tracker.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The word `Token`, a space, and a token from `/api/v1/auth/token/`.",
        }


class ApiSchema(AutoSchema):
    """Adds the problem documents to every operation."""

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        component = ResolvedComponent("Problem", ResolvedComponent.SCHEMA, schema=PROBLEM, object="Problem")
        self.registry.register_on_missing(component)
        for status in self._problem_statuses():
            bodies.setdefault(
                status, {"description": _MEANINGS[status], "content": {MEDIA_TYPE: {"schema": component.ref}}}
            )
        return bodies

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if direction == "response":
            schema["required"] = sorted(schema.get("properties", {}))  # what may be left out on the way in is shown
        return schema

    def _problem_statuses(self) -> list[str]:
        statuses = ["400", "401", "429"]
        if self.method == "DELETE":
            return ["401", "429"]
        if isinstance(self.view, RecordEndpoint):
            statuses += ["404"] if self.method == "POST" or "{id}" in self.path else []
            statuses += ["403", "422"] if self.method == "POST" else []
            statuses += ["409"] if self.path.endswith(_STALE) and self.method == "POST" else []
        return sorted(statuses)
