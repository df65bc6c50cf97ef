"""The stream of what ends (Server-Sent Events), followed for good with the standard library alone."""

import contextlib
import json
import time
import urllib.request
from datetime import datetime

MAX_SILENCE = 1.0  # seconds; the stream says four times a second that it is there


def events(issuer, service_key):
    """Yields (event, data, heard_at): until that moment of time.monotonic() all has been told. After an interruption it goes on where it was."""
    position, heard_at, ahead = None, None, 0.0
    while True:
        with contextlib.suppress(OSError, ValueError, KeyError):
            resume = {} if position is None else {"Last-Event-ID": position}
            headers = {"Authorization": f"Service {service_key}", **resume}
            request = urllib.request.Request(f"{issuer}/access/revocations", headers=headers)
            asked_at = time.monotonic()
            with urllib.request.urlopen(request, timeout=MAX_SILENCE / 2) as stream:
                fields = {}
                for line in stream:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name:
                        fields[name] = value
                        continue
                    event, data = fields["event"], json.loads(fields["data"])
                    if event == "policy":
                        # Said after we had asked: so its clock is ahead of ours by no more than this.
                        ahead = seconds(data["at"]) - asked_at
                    if event == "heartbeat":
                        heard_at = min(time.monotonic(), seconds(data["at"]) - ahead)
                    yield event, data, heard_at
                    position, fields = fields["id"], {}
                    if event == "heartbeat" and time.monotonic() - heard_at > MAX_SILENCE:
                        break  # Held up on its way, or a clock was set: a new line tells.
        time.sleep(0.2)


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
