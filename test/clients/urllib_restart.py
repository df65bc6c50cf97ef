"""A browser restart: the jar is saved without its session cookie, and loaded again.

    python3 urllib_restart.py http://localhost:3000 cookies.lwp sign-in
    python3 urllib_restart.py http://localhost:3000 cookies.lwp come-back
"""

import json
import sys
from http.cookiejar import LWPCookieJar
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

URL, FILE, STEP = sys.argv[1:]
jar = LWPCookieJar(FILE)
opener = build_opener(HTTPCookieProcessor(jar))


def call(method, path, body=None, **headers):
    if body is not None:
        headers["Content-Type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    try:
        with opener.open(Request(URL + path, data, headers, method=method)) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        return error.code, json.load(error)


if STEP == "sign-in":
    body = {"username": "Wim", "password": "blue-tulip-under-7-moons", "remember": True}
    status, signed_in = call("POST", "/access/register", body)
    assert status == 201, signed_in
    # A jar saves only cookies with an expiry, as a browser does when it is closed.
    assert "latchkey_session" in {cookie.name for cookie in jar}
    jar.save()

if STEP == "come-back":
    jar.load()
    names = {cookie.name for cookie in jar}
    assert "latchkey_remember" in names and "latchkey_session" not in names, names

    # The first request has the remember-me login and no session.
    status, problem = call("GET", "/access/session")
    assert (status, problem["reason"], problem["refreshable"]) == (401, "none", True), problem

    # So the client requests a token: a new session without a password, and a rotated remember-me login.
    before = {cookie.name: cookie.value for cookie in jar}
    status, signed_in = call("POST", "/access/token")
    assert status == 200 and signed_in["user"]["username"] == "Wim", signed_in
    after = {cookie.name: cookie.value for cookie in jar}
    assert "latchkey_session" in after and after["latchkey_remember"] != before["latchkey_remember"]
    assert call("GET", "/access/session")[1]["session"]["remembered"] is True
    token = signed_in["token"]
    assert call("GET", "/access/session", Authorization=token)[1]["via"] == "token"
    jar.save()

print("done")
