"""requests: sign in, read, change, sign out. The token is an `auth` like any other, and renews itself."""

import getpass
import os

import requests


class Latchkey(requests.auth.AuthBase):
    """Carries the token, to its own address alone. When it has expired, a new one is had for the session in the jar."""

    def __init__(self, url, username, password):
        self.url, self.session = url, requests.Session()
        self.user = self.signed_in(self.session.post(f"{url}/access/login", json={"username": username, "password": password}, timeout=10))

    def __call__(self, request):
        if request.url.startswith(f"{self.url}/"):
            request.headers["Authorization"] = f"Bearer {self.token}"
            request.register_hook("response", self.renewed)
        return request

    def renewed(self, answer, **options):
        """Once, and with a token that is new: whoever is refused again is signed out."""
        if answer.status_code != 401:
            return answer
        self.signed_in(self.session.post(f"{self.url}/access/token", timeout=10))
        again = answer.request.copy()
        again.deregister_hook("response", self.renewed)
        again.headers["Authorization"] = f"Bearer {self.token}"
        return answer.connection.send(again, **options)

    def signed_in(self, answer):
        answer.raise_for_status()
        self.token = answer.json()["token"]
        return answer.json()["user"]


def main():
    name = os.environ["LATCHKEY_USER"]
    password = os.environ.get("LATCHKEY_PASSWORD") or getpass.getpass(f"Password of {name}: ")
    url = os.environ.get("LATCHKEY_URL", "http://localhost:3000")
    latchkey = Latchkey(url, name, password)
    print(f"Signed in as {latchkey.user['username']}.")
    version = requests.get(f"{url}/access/session/data", auth=latchkey, timeout=10).json()["version"]
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": f'"{version}"'}
    print(requests.patch(f"{url}/access/session/data", json={"seen": "by requests"}, headers=headers, auth=latchkey, timeout=10).json())
    requests.post(f"{url}/access/logout/{latchkey.user['code']}", auth=latchkey, timeout=10).raise_for_status()
    print("Signed out.")


if __name__ == "__main__":
    main()
