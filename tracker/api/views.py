"""Tokens, the schema and its page, and the answer to addresses that do not exist."""

from functools import cache
from typing import Any, cast

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from monitoring.selectors import raise_screen, start_screen
from patients.models import Staff
from regimens.api import CourseEndpoint
from regimens.taper_api import TaperDecisionEndpoint
from tracker import tokens
from tracker.api.authentication import TokenAuthentication
from tracker.api.problems import problem
from tracker.api.serializers import CredentialsSerializer, TokenSerializer
from tracker.api.throttles import SignInByAddress, SignInByName
from tracker.sign_in.credentials import NOT_SIGNED_IN


class ScreenedCourseEndpoint(CourseEndpoint):
    screened = staticmethod(start_screen)
    screened_raise = staticmethod(raise_screen)


class ScreenedTaperDecisionEndpoint(TaperDecisionEndpoint):
    screened_raise = staticmethod(raise_screen)


class TokenView(APIView):
    """Tokens for programs. A token ends by itself after some hours, or when it is revoked."""

    def get_authenticators(self) -> list[Any]:
        # Signing in reads no session, so it needs no CSRF token; only a token can revoke itself.
        return [TokenAuthentication()] if self.request and self.request.method != "POST" else []

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"  # wrong credentials are 401 although nothing was read from the request's headers

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.request.method == "POST" else list(super().get_permissions())

    def get_throttles(self) -> list[Any]:
        return [SignInByAddress(), SignInByName()] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(
        operation_id="auth_token_create",
        summary="Sign in with a name, a password and the code of a second factor",
        request=CredentialsSerializer,
        responses={201: TokenSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        try:
            row, text = tokens.issue(request._request, **credentials.validated_data)
        except tokens.WrongCredentials:
            raise AuthenticationFailed(NOT_SIGNED_IN) from None
        except tokens.SecondFactorNeeded:
            detail = "Your account needs a second factor. Sign in on the pages and set one up first."
            return problem(403, "second-factor-needed", detail)
        shown = TokenSerializer({"token": text, "expires_at": row.expiry})
        return Response(shown.data, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(operation_id="auth_token_destroy", summary="Revoke the token of this request", responses={204: None})
    def delete(self, request: Request) -> Response:
        if not isinstance(request.auth, AuthToken):
            raise ValidationError("This request carries no token.")
        tokens.revoke(request.auth)
        return Response(status=204)


class AllTokensView(APIView):
    """Every token of the person signed in."""

    @extend_schema(operation_id="auth_tokens_destroy", summary="Revoke all of your tokens", responses={204: None})
    def delete(self, request: Request) -> Response:
        tokens.revoke_all(cast(Staff, request.user))
        return Response(status=204)


class NoSuchAddress(APIView):
    """Whatever else is asked for below /api/."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


class GeneratedOnce(SchemaGenerator):
    """The schema is the same for everybody, and working it out takes more than a second."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        return _schema(public)


@cache
def _schema(public: bool) -> Any:
    return SchemaGenerator().get_schema(request=None, public=public)


class SchemaView(SpectacularJSONAPIView):
    """The schema itself, for staff and their programs."""

    generator_class = GeneratedOnce
    permission_classes = (IsAuthenticated,)


# The interface draws its icons from data: addresses; this page alone may show them.
@require_safe
@csp_update({"img-src": ["data:"]})
def documentation(request: HttpRequest) -> HttpResponse:
    """The schema as a page to read and to try."""
    return render(request, "tracker/api_documentation.html")
