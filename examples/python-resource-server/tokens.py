"""Tokens of Latchkey: plain signed JWTs (RFC 9068), verified with PyJWT and the public keys."""

import json
import time
import urllib.request

import jwt

REQUIRED = ["iss", "aud", "sub", "sid", "iat", "exp", "roles"]
AGAIN_AFTER = 5  # seconds; a token with a made-up key must not send us to Latchkey each time


class Tokens:
    def __init__(self, issuer):
        self.issuer, self.keys, self.loaded_at = issuer, {}, None

    def forget_keys(self):
        self.keys, self.loaded_at = {}, None

    def verify(self, token):
        """The claims. Raises jwt.InvalidTokenError."""
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
        if kid not in self.keys and (self.loaded_at is None or time.monotonic() - self.loaded_at > AGAIN_AFTER):
            with urllib.request.urlopen(f"{self.issuer}/.well-known/jwks.json", timeout=2) as answer:
                self.keys = {key.key_id: key.key for key in jwt.PyJWKSet.from_dict(json.load(answer)).keys}
            self.loaded_at = time.monotonic()
        if kid not in self.keys:
            raise jwt.InvalidTokenError("unknown key")
        return self.keys[kid]
