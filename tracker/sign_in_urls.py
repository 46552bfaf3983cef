"""Every address of signing in and of one's own account. Of django-allauth's own pages none is reachable."""

from django.urls import path

from tracker.views.add_app import AddApp
from tracker.views.add_passkey import add_passkey
from tracker.views.change_password import change_password
from tracker.views.confirm_identity import confirm_identity
from tracker.views.my_second_factor import my_second_factor, remove_factor
from tracker.views.my_sessions import end_other_sessions, end_session, my_sessions
from tracker.views.provider import provider_callback, provider_start
from tracker.views.recovery_codes import recovery_codes, recovery_codes_file
from tracker.views.sign_in import SignIn, SignOut
from tracker.views.sign_in_code import sign_in_code
from tracker.views.start_account import start_account

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-in/code/", sign_in_code, name="sign_in_code"),
    path("sign-in/start/<str:token>/", start_account, name="start_account"),
    path("sign-in/provider/", provider_start, name="provider_start"),
    path("sign-in/provider/callback/", provider_callback, name="provider_callback"),
    path("sign-out/", SignOut.as_view(), name="sign_out"),
    path("me/confirm/", confirm_identity, name="confirm_identity"),
    path("me/password/", change_password, name="change_password"),
    path("me/second-factor/", my_second_factor, name="my_second_factor"),
    path("me/second-factor/app/", AddApp.as_view(), name="add_app"),
    path("me/second-factor/passkey/", add_passkey, name="add_passkey"),
    path("me/second-factor/<int:factor_id>/remove/", remove_factor, name="remove_factor"),
    path("me/second-factor/recovery-codes/", recovery_codes, name="recovery_codes"),
    path("me/second-factor/recovery-codes/file/", recovery_codes_file, name="recovery_codes_file"),
    path("me/sessions/", my_sessions, name="my_sessions"),
    path("me/sessions/others/end/", end_other_sessions, name="end_other_sessions"),
    path("me/sessions/<int:session_id>/end/", end_session, name="end_session"),
]
