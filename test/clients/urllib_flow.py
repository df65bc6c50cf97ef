"""The full flow with Python's standard library: urllib and http.cookiejar.

    python3 urllib_flow.py http://localhost:3000
"""

import json
import sys
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

URL = sys.argv[1]
PASSWORD = "blue-tulip-under-7-moons"
jar = CookieJar()
opener = build_opener(HTTPCookieProcessor(jar))


def call(method, path, body=None, token=None, kind="application/json"):
    headers = {"Content-Type": kind} if body is not None else {}
    if token:
        headers["Authorization"] = token
    data = None if body is None else json.dumps(body).encode()
    try:
        with opener.open(Request(URL + path, data, headers, method=method)) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        return error.code, json.load(error)


status, signed_in = call("POST", "/access/register", {"username": "Uma", "password": PASSWORD})
assert status == 201, signed_in
token, user_id = signed_in["token"], signed_in["user"]["id"]

# Without `remember` there is only a session cookie without expiry: a browser deletes it when it is closed.
cookies = {cookie.name: cookie for cookie in jar}
assert cookies["latchkey_session"].expires is None and "latchkey_remember" not in cookies

assert call("GET", "/access/session")[1]["via"] == "cookie"
for header in (token, f"Bearer {token}"):
    assert call("GET", "/access/session", token=header)[1]["via"] == "token"
status, patched = call("PATCH", "/access/session/data", {"seen": 1}, token, "application/merge-patch+json")
assert (status, patched["data"]) == (200, {"seen": 1}), patched
assert call("PUT", "/access/client-data", {"data": {"tab": 3}}, token)[0] == 200
assert call("GET", "/access/client-data")[1] == {"data": {"tab": 3}}

# Logout by POST revokes the token.
assert call("POST", f"/access/logout/{user_id}")[1]["code"] == "csrf.header_required"
assert call("POST", f"/access/logout/{user_id}", token=token)[0] == 200
assert call("GET", "/access/session", token=token)[1]["reason"] == "session_ended"

# Sign in again with `remember`: the remember-me cookie has an expiry.
status, again = call("POST", "/access/login", {"username": "uma", "password": PASSWORD, "remember": True})
assert status == 200 and again["session"]["remembered"], again
cookies = {cookie.name: cookie for cookie in jar}
assert cookies["latchkey_session"].expires is None and cookies["latchkey_remember"].expires is not None

# Logout everywhere.
status, ended = call("GET", f"/access/logout/{user_id}?everywhere=true", token=again["token"])
assert ended == {"ended": {"sessions": 1, "rememberMe": 1}}, ended
print("done")
