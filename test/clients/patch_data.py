"""One of several processes that patch the data of one session concurrently.

    python3 patch_data.py http://localhost:3000 TOKEN NAME COUNT
"""

import sys

import requests

url, token, name, count = sys.argv[1:]
http = requests.Session()
http.headers.update({"Authorization": token, "Content-Type": "application/merge-patch+json"})
for number in range(int(count)):
    response = http.patch(f"{url}/access/session/data", json={f"{name}{number}": number})
    assert response.status_code == 200, response.text
print("done")
