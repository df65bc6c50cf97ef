"""requests: sign in, read, change, sign out. An `auth` object sends the token and renews it."""

import getpass
import os

import requests


class Latchkey(requests.auth.AuthBase):
    """Sends the token to its own URL only. When it has expired, requests a new one with the session cookie."""

    def __init__(self, url, username, password):
        self.url, self.session = url, requests.Session()
        self.user = self.store_token(self.session.post(f"{url}/access/login", json={"username": username, "password": password}, timeout=10))

    def __call__(self, request):
        if request.url.startswith(f"{self.url}/"):
            request.headers["Authorization"] = f"Bearer {self.token}"
            request.register_hook("response", self.renew)
        return request

    def renew(self, response, **options):
        """Repeats a refused request once, with a new token. A second refusal means that the session has ended."""
        if response.status_code != 401:
            return response
        self.store_token(self.session.post(f"{self.url}/access/token", timeout=10))
        repeated = response.request.copy()
        repeated.deregister_hook("response", self.renew)
        repeated.headers["Authorization"] = f"Bearer {self.token}"
        return response.connection.send(repeated, **options)

    def store_token(self, response):
        response.raise_for_status()
        self.token = response.json()["token"]
        return response.json()["user"]


def main():
    name = os.environ["LATCHKEY_USER"]
    password = os.environ.get("LATCHKEY_PASSWORD") or getpass.getpass(f"Password of {name}: ")
    url = os.environ.get("LATCHKEY_URL", "http://localhost:3000")
    latchkey = Latchkey(url, name, password)
    print(f"Signed in as {latchkey.user['username']}.")
    version = requests.get(f"{url}/access/session/data", auth=latchkey, timeout=10).json()["version"]
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": f'"{version}"'}
    print(requests.patch(f"{url}/access/session/data", json={"seen": "by requests"}, headers=headers, auth=latchkey, timeout=10).json())
    requests.post(f"{url}/access/logout/{latchkey.user['id']}", auth=latchkey, timeout=10).raise_for_status()
    print("Signed out.")


if __name__ == "__main__":
    main()
