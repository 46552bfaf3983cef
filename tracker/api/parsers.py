"""Reading a request's body, with a bound on what anybody may send."""

from io import BytesIO
from typing import Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

LARGEST_BODY = 1_000_000  # bytes; a report of 200 results has some 30,000


class TooLarge(APIException):
    status_code = 413
    default_detail = f"The request is larger than {LARGEST_BODY:,} bytes."
    default_code = "too_large"


class BoundedJSONParser(JSONParser):
    """JSON up to LARGEST_BODY: Django's own bound does not hold for what REST framework reads from the stream."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise TooLarge
        try:
            return super().parse(BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
