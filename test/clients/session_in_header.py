"""The session id in a header instead of in a cookie: what no browser attaches by itself, no other site can abuse.

    python3 session_in_header.py http://localhost:3000
"""

import sys

import requests

URL = sys.argv[1]
WHO = {"username": "Hedda", "password": "blue-tulip-under-7-moons"}

registered = requests.post(f"{URL}/access/register", json={**WHO, "delivery": "header"})
assert registered.status_code == 201 and not registered.cookies, registered.text
assert requests.post(f"{URL}/access/login", json={**WHO, "delivery": "header", "remember": True}).status_code == 422

answer = requests.post(f"{URL}/access/login", json={**WHO, "delivery": "header"})
assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
credential = answer.json()["sessionCredential"]
session = {"Authorization": f"Session {credential}"}

who = requests.get(f"{URL}/access/session", headers=session).json()
assert (who["user"]["username"], who["via"]) == ("Hedda", "header"), who

# It may do what a token may, and mints tokens.
patch = {**session, "Content-Type": "application/merge-patch+json"}
assert requests.patch(f"{URL}/access/session/data", json={"n": 1}, headers=patch).status_code == 200
minted = requests.post(f"{URL}/access/token", headers=session)
assert minted.status_code == 200 and "Set-Cookie" not in minted.headers, minted.text
token = minted.json()["token"]
assert requests.get(f"{URL}/access/session/data", headers={"Authorization": token}).json()["data"] == {"n": 1}

# A wrong one is refused, and tells nothing.
wrong = {"Authorization": f"Session {credential[:-4]}AAAA"}
assert requests.get(f"{URL}/access/session", headers=wrong).json()["reason"] == "unknown"

# The end of the session is the end of its token.
assert requests.get(f"{URL}/access/logout/{who['user']['id']}", headers=session).status_code == 200
assert requests.get(f"{URL}/access/session", headers=session).json()["reason"] == "revoked"
assert requests.get(f"{URL}/access/session", headers={"Authorization": token}).json()["reason"] == "session_ended"
print("done")
