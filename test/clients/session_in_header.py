"""The session credential in a header instead of a cookie: browsers do not attach it, so other sites cannot abuse it.

    python3 session_in_header.py http://localhost:3000
"""

import sys

import requests

URL = sys.argv[1]
CREDENTIALS = {"username": "Hedda", "password": "blue-tulip-under-7-moons"}

registered = requests.post(f"{URL}/access/register", json={**CREDENTIALS, "delivery": "header"})
assert registered.status_code == 201 and not registered.cookies, registered.text
assert requests.post(f"{URL}/access/login", json={**CREDENTIALS, "delivery": "header", "remember": True}).status_code == 422

response = requests.post(f"{URL}/access/login", json={**CREDENTIALS, "delivery": "header"})
assert response.status_code == 200 and "Set-Cookie" not in response.headers
credential = response.json()["sessionCredential"]
session = {"Authorization": f"Session {credential}"}

current = requests.get(f"{URL}/access/session", headers=session).json()
assert (current["user"]["username"], current["via"]) == ("Hedda", "header"), current

# It may do everything that a token may, and issues tokens.
patch = {**session, "Content-Type": "application/merge-patch+json"}
assert requests.patch(f"{URL}/access/session/data", json={"n": 1}, headers=patch).status_code == 200
issued = requests.post(f"{URL}/access/token", headers=session)
assert issued.status_code == 200 and "Set-Cookie" not in issued.headers, issued.text
token = issued.json()["token"]
assert requests.get(f"{URL}/access/session/data", headers={"Authorization": token}).json()["data"] == {"n": 1}

# A wrong value is rejected without details.
wrong = {"Authorization": f"Session {credential[:-4]}AAAA"}
assert requests.get(f"{URL}/access/session", headers=wrong).json()["reason"] == "unknown"

# Revoking the session revokes its token.
assert requests.get(f"{URL}/access/logout/{current['user']['id']}", headers=session).status_code == 200
assert requests.get(f"{URL}/access/session", headers=session).json()["reason"] == "revoked"
assert requests.get(f"{URL}/access/session", headers={"Authorization": token}).json()["reason"] == "session_ended"
print("done")
