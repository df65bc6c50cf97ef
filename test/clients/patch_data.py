"""One of several processes that change the data of one session at the same time.

    python3 patch_data.py http://localhost:3000 TOKEN NAME COUNT
"""

import sys

import requests

url, token, name, count = sys.argv[1:]
http = requests.Session()
http.headers.update({"Authorization": token, "Content-Type": "application/merge-patch+json"})
for number in range(int(count)):
    answer = http.patch(f"{url}/access/session/data", json={f"{name}{number}": number})
    assert answer.status_code == 200, answer.text
print("done")
