"""The whole story with requests: register, token, data, operations, password, logout.

    python3 requests_story.py http://localhost:3000
"""

import sys

import requests

URL = sys.argv[1]
NAME, PASSWORD, NEXT = "Rosa", "blue-tulip-under-7-moons", "seven-moons-over-a-tulip"

browser = requests.Session()  # keeps cookies, as a browser does

# The name and the password are typed once. The answer's body carries the token, its cookies the session.
answer = browser.post(f"{URL}/access/register", json={"username": NAME, "password": PASSWORD, "remember": True})
assert answer.status_code == 201, answer.text
user, token = answer.json()["user"], answer.json()["token"]
assert PASSWORD not in str(browser.cookies.get_dict()) and NAME not in str(browser.cookies.get_dict())

# A cookie alone may read ...
assert browser.get(f"{URL}/access/session").json()["via"] == "cookie"
refused = browser.patch(f"{URL}/access/session/data", json={"theme": "dark"})
assert (refused.status_code, refused.json()["code"]) == (403, "csrf.header_required")

# ... and whoever changes something shows the token in the header: bare, or as a bearer token.
for header in (token, f"Bearer {token}"):
    who = requests.get(f"{URL}/access/session", headers={"Authorization": header}).json()
    assert (who["user"]["username"], who["via"]) == (NAME, "token")
browser.headers["Authorization"] = token

# The session's data lives on the server, and every process that shows the credential shares it.
patch = {"Content-Type": "application/merge-patch+json"}
browser.patch(f"{URL}/access/session/data", json={"theme": "dark", "basket": ["tea"]}, headers=patch)
browser.patch(f"{URL}/access/session/data", json={"theme": None, "page": 2}, headers=patch)
assert browser.get(f"{URL}/access/session/data").json()["data"] == {"basket": ["tea"], "page": 2}

# A little data of the client's own stays in a sealed cookie.
browser.put(f"{URL}/access/client-data", json={"data": {"tab": "inbox"}})
assert browser.get(f"{URL}/access/client-data").json() == {"data": {"tab": "inbox"}}
assert "inbox" not in str(browser.cookies.get_dict())

# The record of events is read, and the application adds its own.
made = browser.post(f"{URL}/access/audit-events", json={"action": "order.placed", "detail": {"total": 12}})
assert made.status_code == 201, made.text
actions = [entry["action"] for entry in browser.get(f"{URL}/access/audit-events").json()["events"]]
assert actions == ["order.placed", "account.register"], actions

# A new password renews this session, keeps its data and ends everything else.
changed = browser.post(f"{URL}/access/password", json={"current": PASSWORD, "next": NEXT})
assert changed.status_code == 200, changed.text
assert browser.get(f"{URL}/access/session").json()["reason"] == "session_ended"
browser.headers["Authorization"] = f"Bearer {changed.json()['token']}"
assert browser.get(f"{URL}/access/session/data").json()["data"] == {"basket": ["tea"], "page": 2}

# Logging out takes the header too; afterwards nothing is left, neither here nor there.
out = browser.get(f"{URL}/access/logout/{user['id']}")
assert out.json() == {"ended": {"sessions": 1, "rememberMe": 0}}, out.text
assert browser.get(f"{URL}/access/session").status_code == 401
assert [cookie.name for cookie in browser.cookies] == ["latchkey_known"]
print("done")
