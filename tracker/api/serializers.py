"""Signing in to the API: names, passwords and tokens."""

from typing import Any

from rest_framework import serializers

from patients.fields import StrictSerializer


class CredentialsSerializer(StrictSerializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False, style={"input_type": "password"})
    code = serializers.CharField(
        max_length=20,
        required=False,
        help_text="Where the person has a second factor: a code of their authenticator app, or a recovery code.",
    )


class TokenSerializer(serializers.Serializer[Any]):
    """`token` is shown this once; only its hash is kept."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
