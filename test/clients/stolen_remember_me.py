"""A remembered login that was copied: whoever comes second raises the alarm, and only that lineage ends.

    python3 stolen_login.py http://localhost:3000
"""

import sys

import requests

URL = sys.argv[1]
WHO = {"username": "Theo", "password": "blue-tulip-under-7-moons", "remember": True}


def browser(device):
    session = requests.Session()
    session.headers["User-Agent"] = device
    return session


def close_and_open(session):
    for name in ("latchkey_session", "latchkey_data"):
        session.cookies.pop(name, None)


laptop, phone, thief = browser("laptop"), browser("phone"), browser("thief")
assert laptop.post(f"{URL}/access/register", json=WHO).status_code == 201
assert phone.post(f"{URL}/access/login", json=WHO).status_code == 200

# Somebody copies the cookie, and the owner comes back first: the login rotates, and its session is in use.
thief.cookies.set("latchkey_remember", laptop.cookies["latchkey_remember"])
close_and_open(laptop)
mine = laptop.post(f"{URL}/access/token")
assert mine.status_code == 200, mine.text
assert laptop.get(f"{URL}/access/session").status_code == 200

# The thief comes with the secret of before: nobody can tell who is who, so neither keeps the login.
caught = thief.post(f"{URL}/access/token")
assert (caught.status_code, caught.json()["reason"]) == (401, "theft_suspected"), caught.text
assert thief.cookies.get("latchkey_session") is None

# The laptop is signed out, and learns why. The phone stays.
ended = laptop.get(f"{URL}/access/session")
assert (ended.status_code, ended.json()["reason"]) == (401, "theft_suspected"), ended.text
token = {"Authorization": mine.json()["token"]}
assert requests.get(f"{URL}/access/session", headers=token).json()["reason"] == "session_ended"
assert laptop.post(f"{URL}/access/token").json()["reason"] == "theft_suspected"
assert phone.get(f"{URL}/access/session").status_code == 200

# The record shows what was seen, once somebody has signed in.
events = phone.get(f"{URL}/access/audit-events").json()["events"]
alarms = [entry for entry in events if entry["severity"] == "alarm"]
assert len(alarms) == 1, alarms
assert alarms[0]["detail"]["seenBefore"]["userAgent"] == "laptop"
assert alarms[0]["detail"]["presentedNow"]["userAgent"] == "thief"
print("done")
