"""A resource server: it verifies access tokens of Latchkey by itself, and refuses them within a second of a revocation."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from revocations import Revocations
from tokens import Tokens

ISSUER = os.environ.get("ISSUER", "http://localhost:3000")
tokens = Tokens(ISSUER)
revocations = Revocations(ISSUER, os.environ["SERVICE_KEY"], on_keys_changed=tokens.forget_keys)


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        claims = self.authenticate()
        if claims:
            self.answer(200, {"user": claims["sub"], "roles": claims["roles"]})

    def authenticate(self):
        """Returns the claims, or None after it has answered with a refusal."""
        try:
            claims = tokens.verify((self.headers["Authorization"] or "").removeprefix("Bearer ").removeprefix("DPoP "))
        except jwt.InvalidTokenError:
            return self.answer(401, {"error": "invalid_token"})
        except OSError:
            return self.answer(503, {"error": "keys_unavailable"})
        reason = revocations.refusal(claims)
        if reason:
            return self.answer(503 if reason == "feed_unavailable" else 401, {"error": reason})
        return claims

    def answer(self, status, body):
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Bearer error="invalid_token"')
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        content = json.dumps(body).encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 4000))), Service).serve_forever()
