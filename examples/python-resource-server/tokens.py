"""Tokens of Latchkey: plain signed JWTs (RFC 9068), verified with PyJWT and the public keys."""

import json
import math
import threading
import time
import urllib.request

import jwt

REQUIRED = ["iss", "aud", "sub", "sid", "iat", "exp", "roles"]
ALGORITHMS = ("EdDSA", "ES256")  # named here; of these a key has its own, never the one that a token names
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
        key, algorithm = self.key(header.get("kid"))
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
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
            found = [key for key in json.load(answer)["keys"] if key.get("use") == "sig" and key.get("alg") in ALGORITHMS]
        self.keys = {key["kid"]: (jwt.PyJWK(key).key, key["alg"]) for key in found}
