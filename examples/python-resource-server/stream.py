"""The stream of what ends (Server-Sent Events), followed for good with the standard library alone."""

import contextlib
import json
import time
import urllib.request

MAX_SILENCE = 1.0  # seconds; the stream says four times a second that it is there


def events(issuer, service_key):
    """Yields (event, data). After an interruption it goes on where it was."""
    position = None
    while True:
        with contextlib.suppress(OSError, ValueError, KeyError):
            resume = {} if position is None else {"Last-Event-ID": position}
            headers = {"Authorization": f"Service {service_key}", **resume}
            request = urllib.request.Request(f"{issuer}/access/revocations", headers=headers)
            with urllib.request.urlopen(request, timeout=MAX_SILENCE) as stream:
                fields = {}
                for line in stream:
                    name, _, value = line.decode().rstrip("\n").partition(": ")
                    if name:
                        fields[name] = value
                        continue
                    yield fields["event"], json.loads(fields["data"])
                    position, fields = fields["id"], {}
        time.sleep(0.2)
