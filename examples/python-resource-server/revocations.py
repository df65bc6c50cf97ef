"""Revoked sessions and changed roles: which tokens are no longer valid, although their signature and `exp` are."""

import threading
import time

from stream import MAX_FEED_LAG, events, seconds

CLOCK_SKEW = 60  # seconds


class Revocations:
    def __init__(self, issuer, service_key, on_keys_changed):
        self.on_keys_changed = on_keys_changed
        self.revoked, self.changed, self.reset_before = {}, {}, 0
        self.synced_at, self.token_lifetime = None, 3600
        threading.Thread(target=self.follow, args=(issuer, service_key), daemon=True).start()

    def refusal(self, claims):
        """The reason to refuse a token, or None."""
        if self.synced_at is None or time.monotonic() - self.synced_at > MAX_FEED_LAG:
            return "feed_unavailable"
        if claims["sid"] in self.revoked:
            return "session_ended"
        _, at, roles = self.changed.get(claims["sid"], (0, 0, None))
        if claims["iat"] < self.reset_before or (claims["iat"] < at + CLOCK_SKEW and claims["roles"] != roles):
            return "expired"

    def follow(self, issuer, service_key):
        for event, data, synced_at in events(issuer, service_key):
            self.apply(event, data, time.monotonic())
            self.synced_at = synced_at

    def apply(self, event, data, now):
        if event == "revoked":
            self.revoked[data["sid"]] = (now,)
        elif event == "changed":
            self.changed.pop(data["sid"], None)
            self.changed[data["sid"]] = (now, seconds(data["at"]), data["roles"])
        elif event == "keys":
            self.on_keys_changed()
        elif event == "reset":
            self.reset_before = seconds(data["before"])
        elif event == "policy":
            self.token_lifetime = data["tokenLifetime"]
        elif event == "heartbeat":
            self.remove_old(now)

    def remove_old(self, now):
        """Removes entries of which every token has expired. The oldest entries come first."""
        for entries in (self.revoked, self.changed):
            while entries and now - next(iter(entries.values()))[0] > self.token_lifetime + 2 * CLOCK_SKEW:
                del entries[next(iter(entries))]
