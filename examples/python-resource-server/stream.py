"""The revocation stream (Server-Sent Events), followed with the standard library; it reconnects by itself."""

import contextlib
import json
import time
import urllib.request
from datetime import datetime

MAX_FEED_LAG = 1.0  # seconds; the server sends a heartbeat four times a second


def events(issuer, service_key):
    """Yields (event, data, synced_at): the events up to `synced_at`, a time of time.monotonic(), are complete. Resumes after an interruption."""
    position, synced_at, clock_offset = None, None, 0.0
    while True:
        with contextlib.suppress(OSError, ValueError, KeyError):
            resume = {} if position is None else {"Last-Event-ID": position}
            headers = {"Authorization": f"Service {service_key}", **resume}
            request = urllib.request.Request(f"{issuer}/access/revocations", headers=headers)
            requested_at = time.monotonic()
            with urllib.request.urlopen(request, timeout=MAX_FEED_LAG / 2) as stream:
                fields = {}
                for line in stream:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name:
                        fields[name] = value
                        continue
                    event, data = fields["event"], json.loads(fields["data"])
                    if event == "policy":
                        # Sent after our request, so the server's clock is ahead of ours by at most this.
                        clock_offset = seconds(data["at"]) - requested_at
                    if event == "heartbeat":
                        synced_at = min(time.monotonic(), seconds(data["at"]) - clock_offset)
                    yield event, data, synced_at
                    position, fields = fields["id"], {}
                    if event == "heartbeat" and time.monotonic() - synced_at > MAX_FEED_LAG:
                        break  # Delayed on the way, or a clock was set: reconnect.
        time.sleep(0.2)


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
