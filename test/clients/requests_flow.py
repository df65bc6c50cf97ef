"""The full flow with requests: register, token, data, audit events, password, logout.

    python3 requests_flow.py http://localhost:3000
"""

import sys

import requests

URL = sys.argv[1]
NAME, PASSWORD, NEXT = "Rosa", "blue-tulip-under-7-moons", "seven-moons-over-a-tulip"

browser = requests.Session()  # stores cookies, as a browser does

# The response body contains the token, its cookies the session.
response = browser.post(f"{URL}/access/register", json={"username": NAME, "password": PASSWORD, "remember": True})
assert response.status_code == 201, response.text
user, token = response.json()["user"], response.json()["token"]
assert PASSWORD not in str(browser.cookies.get_dict()) and NAME not in str(browser.cookies.get_dict())

# A cookie alone may read ...
assert browser.get(f"{URL}/access/session").json()["via"] == "cookie"
rejected = browser.patch(f"{URL}/access/session/data", json={"theme": "dark"})
assert (rejected.status_code, rejected.json()["code"]) == (403, "csrf.header_required")

# ... and a change needs the token in the header: bare, or as a bearer token.
for header in (token, f"Bearer {token}"):
    current = requests.get(f"{URL}/access/session", headers={"Authorization": header}).json()
    assert (current["user"]["username"], current["via"]) == (NAME, "token")
browser.headers["Authorization"] = token

# Session data is on the server, shared by every process that uses the session.
patch = {"Content-Type": "application/merge-patch+json"}
browser.patch(f"{URL}/access/session/data", json={"theme": "dark", "basket": ["tea"]}, headers=patch)
browser.patch(f"{URL}/access/session/data", json={"theme": None, "page": 2}, headers=patch)
assert browser.get(f"{URL}/access/session/data").json()["data"] == {"basket": ["tea"], "page": 2}

# Client data is in a sealed cookie.
browser.put(f"{URL}/access/client-data", json={"data": {"tab": "inbox"}})
assert browser.get(f"{URL}/access/client-data").json() == {"data": {"tab": "inbox"}}
assert "inbox" not in str(browser.cookies.get_dict())

# The application adds an audit event, and reads the audit log.
recorded = browser.post(f"{URL}/access/audit-events", json={"action": "order.placed", "detail": {"total": 12}})
assert recorded.status_code == 201, recorded.text
actions = [entry["action"] for entry in browser.get(f"{URL}/access/audit-events").json()["events"]]
assert actions == ["order.placed", "account.register"], actions

# A password change renews this session, keeps its data, and revokes everything else.
changed = browser.post(f"{URL}/access/password", json={"current": PASSWORD, "next": NEXT})
assert changed.status_code == 200, changed.text
assert browser.get(f"{URL}/access/session").json()["reason"] == "session_ended"
browser.headers["Authorization"] = f"Bearer {changed.json()['token']}"
assert browser.get(f"{URL}/access/session/data").json()["data"] == {"basket": ["tea"], "page": 2}

# Logout needs the header too. Afterwards no credential is left, in the client or on the server.
out = browser.get(f"{URL}/access/logout/{user['id']}")
assert out.json() == {"ended": {"sessions": 1, "rememberMe": 0}}, out.text
assert browser.get(f"{URL}/access/session").status_code == 401
assert [cookie.name for cookie in browser.cookies] == ["latchkey_known"]
print("done")
