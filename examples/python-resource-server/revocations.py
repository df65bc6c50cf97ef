"""Which tokens are good no more, although their signature and their time are: their session has ended."""

import threading
import time

from stream import MAX_SILENCE, events, seconds

SKEW = 60  # seconds by which clocks may differ


class Endings:
    def __init__(self, issuer, service_key, on_keys):
        self.on_keys = on_keys
        self.ended, self.changed, self.reset_before = {}, {}, 0
        self.heard_at, self.token_lifetime = None, 3600
        threading.Thread(target=self.follow, args=(issuer, service_key), daemon=True).start()

    def refuse(self, claims):
        """Why a token is good no more, or None."""
        if self.heard_at is None or time.monotonic() - self.heard_at > MAX_SILENCE:
            return "silent"
        if claims["sid"] in self.ended:
            return "session_ended"
        _, at, roles = self.changed.get(claims["sid"], (0, 0, None))
        if claims["iat"] < self.reset_before or (claims["iat"] < at + SKEW and claims["roles"] != roles):
            return "expired"

    def follow(self, issuer, service_key):
        for event, data, heard_at in events(issuer, service_key):
            self.take(event, data, time.monotonic())
            self.heard_at = heard_at

    def take(self, event, data, now):
        if event == "revoked":
            self.ended[data["sid"]] = (now,)
        elif event == "changed":
            self.changed.pop(data["sid"], None)
            self.changed[data["sid"]] = (now, seconds(data["at"]), data["roles"])
        elif event == "keys":
            self.on_keys()
        elif event == "reset":
            self.reset_before = seconds(data["before"])
        elif event == "policy":
            self.token_lifetime = data["tokenLifetime"]
        elif event == "heartbeat":
            self.forget(now)

    def forget(self, now):
        """When no token of a session can be good any more, there is nothing left to refuse. The oldest come first."""
        for noted in (self.ended, self.changed):
            while noted and now - next(iter(noted.values()))[0] > self.token_lifetime + 2 * SKEW:
                del noted[next(iter(noted))]
