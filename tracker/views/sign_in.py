"""Signing in and out, with Django's own views."""

from django.contrib.auth.views import LoginView, LogoutView


class SignIn(LoginView):
    """Name and password. A wrong pair is answered with one sentence, whichever of the two was wrong."""

    template_name = "registration/sign_in.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the session; POST only."""
