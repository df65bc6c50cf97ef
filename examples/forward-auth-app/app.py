"""An application that knows nothing of passwords and sessions: the proxy in front says in headers who asks."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from urllib.parse import unquote, urlsplit

PAGE = Path(__file__).parent.parent / "page"
FILES = {"/": ("orders.html", "text/html"), "/orders.js": ("orders.js", "text/javascript"), "/orders.css": ("orders.css", "text/css")}

orders = {}
lock = Lock()


class App(BaseHTTPRequestHandler):
    def do_GET(self):
        path = urlsplit(self.path).path
        if path in FILES:
            name, kind = FILES[path]
            self.answer(200, kind, (PAGE / name).read_bytes())
        elif path == "/me":
            self.json(200, {"username": self.username, "orders": orders.get(self.user_code, 0)})
        else:
            self.json(404, {"title": "There is nothing here."})

    do_HEAD = do_GET

    def do_POST(self):
        body = self.body()
        if urlsplit(self.path).path != "/orders":
            return self.json(404, {"title": "There is nothing here."})
        with lock:
            number = orders[self.user_code] = orders.get(self.user_code, 0) + 1
        self.json(201, {"number": number, "bytes": len(body)})

    @property
    def username(self):
        # Names of every script come percent-encoded, as headers carry ASCII alone.
        return unquote(self.headers["Remote-User"])

    @property
    def user_code(self):
        # A name can be given to somebody else one day, a code never is: what belongs to a user is kept by the code.
        return self.headers["Remote-User-Id"]

    def body(self):
        """The whole body; a proxy may pass it on in chunks, which this server leaves to us."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whole = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return bytes(whole)

    def json(self, status, value):
        self.answer(status, "application/json", json.dumps(value).encode())

    def answer(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def serve(handler):
    # On this machine alone: whoever reaches the application past the proxy can name himself as he likes.
    address = ("127.0.0.1", int(os.environ.get("PORT", "8000")))
    ThreadingHTTPServer(address, handler).serve_forever()


if __name__ == "__main__":
    serve(App)
