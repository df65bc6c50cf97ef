"""An application without authentication of its own: the proxy in front passes the user in headers."""

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
            self.json(200, {"username": self.username, "orders": orders.get(self.user_id, 0)})
        else:
            self.json(404, {"title": "There is nothing here."})

    do_HEAD = do_GET

    def do_POST(self):
        body = self.body()
        if urlsplit(self.path).path != "/orders":
            return self.json(404, {"title": "There is nothing here."})
        with lock:
            number = orders[self.user_id] = orders.get(self.user_id, 0) + 1
        self.json(201, {"number": number, "bytes": len(body)})

    @property
    def username(self):
        # Usernames that are not ASCII are percent-encoded.
        return unquote(self.headers["Remote-User"])

    @property
    def user_id(self):
        # A username can be given to another user later, a user id never is: store data by user id.
        return self.headers["Remote-User-Id"]

    def body(self):
        """The whole body. `http.server` does not decode a chunked body, which a proxy may send."""
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


class Server(ThreadingHTTPServer):
    # By default 5 connections wait. Further ones are dropped, and a proxy repeats them only after seconds.
    request_queue_size = 128


def serve(handler):
    # Local only: a client that reaches the application without the proxy could send any user name.
    address = ("127.0.0.1", int(os.environ.get("PORT", "8000")))
    Server(address, handler).serve_forever()


if __name__ == "__main__":
    serve(App)
