"""Tokens of Latchkey: plain signed JWTs (RFC 9068), verified with PyJWT and the public keys."""

import json
import math
import threading
import time
import urllib.request

import jwt

REQUIRED = ["iss", "aud", "sub", "sid", "iat", "exp", "roles"]
AGAIN_AFTER = 5  # seconds; a token with a made-up key must not send us to Latchkey each time


class Tokens:
    def __init__(self, issuer):
        self.issuer, self.loading = issuer, threading.Lock()
        self.forget_keys()

    def forget_keys(self):
        self.keys, self.asked_at = {}, -math.inf

    def verify(self, token):
        """The claims. Raises jwt.InvalidTokenError, or OSError while there are no keys."""
        header = jwt.get_unverified_header(token)
        if header.get("typ") != "at+jwt":
            raise jwt.InvalidTokenError("not an access token")
        return jwt.decode(
            token,
            self.key(header.get("kid")),
            # Named here, never taken from the token.
            algorithms=["EdDSA"],
            issuer=self.issuer,
            audience=self.issuer,
            leeway=60,
            options={"require": REQUIRED},
        )

    def key(self, kid):
        if kid not in self.keys:
            with self.loading:
                if kid not in self.keys and time.monotonic() - self.asked_at > AGAIN_AFTER:
                    self.load_keys()
        keys = self.keys
        if not keys:
            raise OSError("the keys cannot be had at the moment")
        if kid not in keys:
            raise jwt.InvalidTokenError("unknown key")
        return keys[kid]

    def load_keys(self):
        self.asked_at = time.monotonic()
        with urllib.request.urlopen(f"{self.issuer}/.well-known/jwks.json", timeout=2) as answer:
            self.keys = {key.key_id: key.key for key in jwt.PyJWKSet.from_dict(json.load(answer)).keys}
