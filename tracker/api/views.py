"""Tokens, the schema and its page, and the answer to addresses that do not exist."""

from typing import Any, cast

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from monitoring.selectors import baseline_screen
from patients.models import Staff
from regimens.api import CourseEndpoint
from tracker import tokens
from tracker.api.authentication import TokenAuthentication
from tracker.api.serializers import CredentialsSerializer, TokenSerializer
from tracker.api.throttles import SignInByAddress, SignInByName


class ScreenedCourseEndpoint(CourseEndpoint):
    screened = staticmethod(baseline_screen)


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
        summary="Sign in with a name and a password",
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
            raise AuthenticationFailed("No active account has this user name and password.") from None
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


# The interface draws its icons from data: addresses; this page alone may show them.
@csp_update({"img-src": ["data:"]})
def documentation(request: HttpRequest) -> HttpResponse:
    """The schema as a page to read and to try."""
    return render(request, "tracker/api_documentation.html")
