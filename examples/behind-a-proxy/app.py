"""An application that knows nothing of signing in: the proxy before it says who is there, in Remote-User and Remote-User-Code.

It listens on loopback alone. Whoever can reach it past the proxy can claim to be anybody.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

PAGE = Path(__file__).parent.parent / "page"
FILES = {"/": ("orders.html", "text/html"), "/orders.js": ("orders.js", "text/javascript"), "/orders.css": ("orders.css", "text/css")}
MAX_BODY = 1 << 20

orders = {}
lock = Lock()


class Application(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path in FILES:
            name, kind = FILES[self.path]
            self.answer(200, (PAGE / name).read_bytes(), f"{kind}; charset=utf-8")
        elif self.path == "/me":
            # The name may be of any script, so it comes percent-encoded; the code never changes.
            self.answer_json(200, {"username": unquote(self.headers["Remote-User"]), "orders": orders.get(self.headers["Remote-User-Code"], 0)})
        else:
            self.answer_json(404, {"title": "There is nothing here."})

    def do_POST(self):
        if self.path != "/orders":
            return self.answer_json(404, {"title": "There is nothing here."})
        length = int(self.headers.get("Content-Length", 0))
        if length > MAX_BODY:
            return self.answer_json(413, {"title": "That is too much."})
        self.rfile.read(length)
        with lock:
            number = orders[self.headers["Remote-User-Code"]] = orders.get(self.headers["Remote-User-Code"], 0) + 1
        self.answer_json(201, {"number": number})

    def answer_json(self, status, body):
        self.answer(status, json.dumps(body).encode(), "application/json")

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 9000))), Application).serve_forever()
