"""urllib: sign in, read, change, sign out, with the standard library only. Renews the token when it has expired."""

import getpass
import json
import os
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener


class Latchkey:
    def __init__(self, url):
        # The cookie jar holds the session, in memory.
        self.url, self.opener, self.token = url, build_opener(HTTPCookieProcessor(CookieJar())), None

    def sign_in(self, username, password):
        return self.store_token(self.send("POST", "/access/login", {"username": username, "password": password}))

    def call(self, method, path, body=None, **headers):
        try:
            return self.send(method, path, body, Authorization=f"Bearer {self.token}", **headers)
        except HTTPError as error:
            # Repeat once, with a new token. A second refusal means that the session has ended.
            if error.code != 401:
                raise
            self.store_token(self.send("POST", "/access/token"))
            return self.send(method, path, body, Authorization=f"Bearer {self.token}", **headers)

    def store_token(self, response):
        self.token = response["token"]
        return response["user"]

    def send(self, method, path, body=None, **headers):
        content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, {"Content-Type": content_type, **headers}, method=method)
        with self.opener.open(request, timeout=10) as response:
            return json.load(response)


def main():
    name = os.environ["LATCHKEY_USER"]
    password = os.environ.get("LATCHKEY_PASSWORD") or getpass.getpass(f"Password of {name}: ")
    latchkey = Latchkey(os.environ.get("LATCHKEY_URL", "http://localhost:3000"))
    user = latchkey.sign_in(name, password)
    print(f"Signed in as {user['username']}.")
    version = latchkey.call("GET", "/access/session/data")["version"]
    print(latchkey.call("PATCH", "/access/session/data", {"seen": "by urllib"}, If_Match=f'"{version}"'))
    latchkey.call("POST", f"/access/logout/{user['id']}")
    print("Signed out.")


if __name__ == "__main__":
    main()
