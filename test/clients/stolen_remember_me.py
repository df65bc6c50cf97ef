"""A copied remember-me login: the second use raises an alarm, and only that lineage is revoked.

    python3 stolen_remember_me.py http://localhost:3000
"""

import sys

import requests

URL = sys.argv[1]
CREDENTIALS = {"username": "Theo", "password": "blue-tulip-under-7-moons", "remember": True}


def browser(user_agent):
    session = requests.Session()
    session.headers["User-Agent"] = user_agent
    return session


def restart(session):
    for name in ("latchkey_session", "latchkey_data"):
        session.cookies.pop(name, None)


laptop, phone, attacker = browser("laptop"), browser("phone"), browser("attacker")
assert laptop.post(f"{URL}/access/register", json=CREDENTIALS).status_code == 201
assert phone.post(f"{URL}/access/login", json=CREDENTIALS).status_code == 200

# The attacker copies the cookie. The owner returns first: the remember-me login rotates, and its new session is used.
attacker.cookies.set("latchkey_remember", laptop.cookies["latchkey_remember"])
restart(laptop)
resumed = laptop.post(f"{URL}/access/token")
assert resumed.status_code == 200, resumed.text
assert laptop.get(f"{URL}/access/session").status_code == 200

# The attacker sends the old value. The server cannot know who is the owner, so it revokes the lineage.
reused = attacker.post(f"{URL}/access/token")
assert (reused.status_code, reused.json()["reason"]) == (401, "theft_suspected"), reused.text
assert attacker.cookies.get("latchkey_session") is None

# The laptop is signed out with a reason. The phone stays signed in.
ended = laptop.get(f"{URL}/access/session")
assert (ended.status_code, ended.json()["reason"]) == (401, "theft_suspected"), ended.text
token = {"Authorization": resumed.json()["token"]}
assert requests.get(f"{URL}/access/session", headers=token).json()["reason"] == "session_ended"
assert laptop.post(f"{URL}/access/token").json()["reason"] == "theft_suspected"
assert phone.get(f"{URL}/access/session").status_code == 200

# The audit log has the evidence, for a signed-in user.
events = phone.get(f"{URL}/access/audit-events").json()["events"]
alarms = [entry for entry in events if entry["severity"] == "alarm"]
assert len(alarms) == 1, alarms
assert alarms[0]["detail"]["seenBefore"]["userAgent"] == "laptop"
assert alarms[0]["detail"]["presentedNow"]["userAgent"] == "attacker"
print("done")
