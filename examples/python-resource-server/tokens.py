"""Access tokens of Latchkey: signed JWTs (RFC 9068), verified with PyJWT and the public keys."""

import json
import math
import threading
import time
import urllib.request

import jwt

REQUIRED = ["iss", "aud", "sub", "sid", "iat", "exp", "roles"]
ALGORITHMS = ("EdDSA", "ES256")  # each key has one of these; the `alg` of a token is never used
RELOAD_INTERVAL = 5  # seconds; tokens with an invented `kid` must not cause a request each


class Tokens:
    def __init__(self, issuer):
        self.issuer, self.loading = issuer, threading.Lock()
        self.forget_keys()

    def forget_keys(self):
        self.keys, self.requested_at = {}, -math.inf

    def verify(self, token):
        """Returns the claims. Raises jwt.InvalidTokenError, or OSError while there are no keys."""
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
                if kid not in self.keys and time.monotonic() - self.requested_at > RELOAD_INTERVAL:
                    self.load_keys()
        keys = self.keys
        if not keys:
            raise OSError("the public keys are not available")
        if kid not in keys:
            raise jwt.InvalidTokenError("unknown key")
        return keys[kid]

    def load_keys(self):
        self.requested_at = time.monotonic()
        with urllib.request.urlopen(f"{self.issuer}/.well-known/jwks.json", timeout=2) as response:
            found = [key for key in json.load(response)["keys"] if key.get("use") == "sig" and key.get("alg") in ALGORITHMS]
        self.keys = {key["kid"]: (jwt.PyJWK(key).key, key["alg"]) for key in found}
