"""Answers spoiled at random, in JSON and in XML."""

import json
import os
import random
import re
import sys
from decimal import Decimal

from erp_connect.testing.mocks.network import called

NOISE = (
    *("", " ", "X", "0", "-1", "1900-01-01T12:00:00Z", "2026-13-45T12:00:00Z", "1E400", "NaN", "0" * 400),
    *("ÄÖ\x00", "'\"<>", None, 0, -1, 10**30, 1.5, True, [], {}, [{}], [[]]),
)
TEXTS = (
    "",
    " ",
    "X",
    "-1",
    "2026-13-45",
    "1E400",
    "NaN",
    "0" * 400,
    "&#x1F;",
    "ÄÖ",
    "<a/>",
    "<a><b>1</b></a>",
)


def chance():
    """Luck that can be had again: ``ERP_CONNECT_SEED`` repeats a run."""
    seed = int(os.environ.get("ERP_CONNECT_SEED") or random.SystemRandom().randrange(10**6))
    sys.stdout.write(f"ERP_CONNECT_SEED={seed}\n")
    return random.Random(seed)


class Damage:
    """A server that spoils a place or several of its answers to one method below one path.

    ``named``: fields that are left alone, for nobody can guard against a system that tells another number.
    """

    def __init__(self, app, luck, part, named):
        self.app, self.luck, self.part, self.named = app, luck, part, frozenset(named)
        self.method = None

    def __call__(self, environ, start_response):
        if self.method != environ["REQUEST_METHOD"] or self.part not in environ["PATH_INFO"]:
            return self.app(environ, start_response)
        status, headers, body = called(self.app, environ)
        spoiled = self._json(body) if body[:1] in b"{[" else self._xml(body)
        headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        start_response(status, [*headers, ("Content-Length", str(len(spoiled)))])
        return [spoiled]

    def _json(self, body):
        whole = json.loads(body, parse_float=Decimal)
        for _ in range(self.luck.choice((1, 1, 2, 5))):
            self._spoil(whole)
        return json.dumps(whole, default=str).encode()

    def _spoil(self, place):
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            keys = [key for key in keys if key not in self.named]
            if not keys:
                return
            key = self.luck.choice(keys)
            inner = place[key]
            if isinstance(inner, dict | list) and inner and self.luck.random() < 0.9:
                place = inner
                continue
            if self.luck.randrange(3) == 0:
                del place[key]
            else:
                place[key] = self.luck.choice(NOISE)
            return

    def _xml(self, body):
        text = body.decode()
        found = [each for each in re.finditer(r"<([\w:]+)>([^<>]*)</\1>", text) if each[1] not in self.named]
        if found:
            one = self.luck.choice(found)
            instead = self.luck.choice(("", f"<{one[1]}>{self.luck.choice(TEXTS)}</{one[1]}>"))
            text = text[: one.start()] + instead + text[one.end() :]
        if text and self.luck.randrange(10) == 0:
            text = text[: self.luck.randrange(len(text))]
        return text.encode()
