"""A service of its own that takes tokens of Latchkey, verifies them by itself, and hears within a second what ends."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from endings import Endings
from tokens import Tokens

ISSUER = os.environ.get("ISSUER", "http://localhost:3000")
tokens = Tokens(ISSUER)
endings = Endings(ISSUER, os.environ["SERVICE_KEY"], on_keys=tokens.forget_keys)


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        claims = self.claims()
        if claims:
            self.answer(200, {"user": claims["sub"], "roles": claims["roles"]})

    def claims(self):
        """Whose request it is; None when it has been refused."""
        try:
            claims = tokens.verify((self.headers["Authorization"] or "").removeprefix("Bearer ").removeprefix("DPoP "))
        except jwt.InvalidTokenError:
            return self.answer(401, {"error": "invalid_token"})
        except OSError:
            return self.answer(503, {"error": "silent"})
        reason = endings.refuse(claims)
        if reason:
            return self.answer(503 if reason == "silent" else 401, {"error": reason})
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
