"""A small OpenID Connect provider on loopback. It signs in whoever `claims` names, without asking."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET, KID = "myoline", "a secret of the provider", "key-1"


class Provider:
    """`claims` go into the next ID token over its defaults; `sign` may be replaced to sign wrongly."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {}
        self.sign = self.sign_well
        self.waiting: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.address = ""
        self.issuer = ""  # where it is not the address

    def authorize(self, url: str) -> str:
        """What the browser is sent back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.asked.append(query)
        code = f"code-{len(self.asked)}"
        self.waiting[code] = query
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def token(self, body: dict[str, str]) -> dict[str, Any] | None:
        query = self.waiting.pop(body.get("code", ""), None)
        digest = hashlib.sha256(body.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if query is None or query["code_challenge"] != challenge or body.get("client_secret") != CLIENT_SECRET:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer or self.address,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
        }
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.sign({**claims, **self.claims})}

    def sign_well(self, claims: dict[str, Any]) -> str:
        return jwt.encode({k: v for k, v in claims.items() if v is not None}, self.key, "RS256", {"kid": KID})

    def document(self, path: str) -> dict[str, Any] | None:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer or self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**public, "kid": KID, "alg": "RS256", "use": "sig"}]}
        return None


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Says nothing."""

        def do_GET(self) -> None:
            self.answer(provider.document(urlsplit(self.path).path))

        def do_POST(self) -> None:
            body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.answer(provider.token({name: values[0] for name, values in body.items()}))

        def answer(self, document: dict[str, Any] | None) -> None:
            self.send_response(400 if document is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(document or {"error": "invalid_grant"}).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
