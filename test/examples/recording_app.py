"""The application of the examples, which also writes down what reaches it: a line of JSON for each request and each body."""

import hashlib
import json
import sys

sys.path.insert(0, sys.argv[1])
import app  # noqa: E402


class Recording(app.App):
    # A connection that stays open is where a smuggled request would be read as one of its own.
    protocol_version = "HTTP/1.1"

    def parse_request(self):
        parsed = super().parse_request()
        headers = list(self.headers.items()) if parsed else []
        self.record(line=self.raw_requestline.decode("latin1").strip(), headers=headers)
        return parsed

    def body(self):
        body = super().body()
        self.record(bytes=len(body), sha256=hashlib.sha256(body).hexdigest())
        return body

    def do_GET(self):
        if self.path != "/cached":
            return super().do_GET()
        content = self.username.encode()
        self.send_response(200)
        for name, value in {"Cache-Control": "public, max-age=3600", "Expires": "Thu, 31 Dec 2099 00:00:00 GMT", "Content-Length": len(content)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def any_method(self):
        self.body()
        self.json(200, {"method": self.command})

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.any_method
        raise AttributeError(name)

    def record(self, **what):
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()

    def log_message(self, *_):
        pass


app.serve(Recording)
