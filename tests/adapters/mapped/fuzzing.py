"""Spoilt mapping files, made from sound ones; run as a program, it connects with them within bounds of time and memory.

    python tests/adapters/mapped/fuzzing.py FIRST COUNT FOLDER
    python tests/adapters/mapped/fuzzing.py kept FOLDER

prints what became of the inputs FIRST to FIRST + COUNT - 1, or of the kept ones, as JSON.  An input is made from its
number alone; ``kept_mappings.json`` has what once went wrong, each a change of one of the sound files.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

from tests.adapters.mapped.conftest import SCHEMAS, mapping_of  # noqa: E402 (after the path that it stands in)
from tests.foreign.ground import engine_of  # noqa: E402
from tests.within_bounds import bound_memory, examined  # noqa: E402

SECONDS = 5
"""Of the processor: an input that takes more hangs."""
KEPT = Path(__file__).with_name("kept_mappings.json")
WHOLE = {"the file maps no orders"}
"""What is said of a file as a whole, without a place in it."""
PAGE = 20
LONGEST = 4_000
"""Characters of an error's text."""


class Raw(str):
    """A value as it is to stand in the file."""

    __slots__ = ()


# --------------------------------------------------------------------------- how they are spoilt

# fmt: off
TEXTS = (
    "", " ", "\0", "\x1f", "\u200b", "\ufffe", "é" * 300, "名前", "İ", "ß", "\U0001f4a9", "x" * 200_000,
    "'", '"', "`", ";", "--", "/*", "(", ")", "))((", "[", "%", "%s", "\\", "{n}", "{", "{n!r:>{n}}",
    "1=1; DROP TABLE aufpos", "1) OR (1=1", "DELETE FROM sale_order", "SELECT 1", "SELECT * FROM kunden",
    ":company", ":erp_0", ":nothing", "::", "a::text", "a.b", "a.b.c", ".", "a..b", "q.id", "NULL", "1/0",
    "id", "name", "customers", "suppliers", "orders", "database", "sequence", "%Y", "%", "%Q", "UTC", "../UTC",
    "sum(1)", "randomblob(9)", "x'00ff'", "1e999", "'NaN'", "count(*)", "julianday('now')", "zeroblob(5)",
)
VALUES: tuple[Any, ...] = (
    True, False, 0, 1, -1, 7, 28, 10**30, -(10**30), Decimal("0.5"), Decimal("1e-400"),
    Raw("1e999999999"), Raw("-1e999999"), Raw("inf"), Raw("nan"), Raw("9" * 5000), Raw("0x" + "f" * 300),
    date(2026, 2, 28), time(1, 2), Raw("2026-02-28T01:02:03"), Raw("2026-02-31"), Raw("1979-05-27T07:32:00Z"),
    [], {}, [[]], [{}], ["id"], ["id", "id"], ["id", "nothing"], [1, 2, 3], {"": ""}, {"x": {"y": []}},
    {"column": "id"}, {"sql": "1"}, {"value": 1}, {"value": "x"}, {"now": True}, {"field": "net"}, {"setting": "x"},
    {"column": "id", "lookup": "customers"}, {"entity": "addresses", "column": "id"}, {"shared": "customer_po"},
    Raw("[" * 5000 + "]" * 5000), Raw("[" * 60 + "]" * 60), Raw("{a=" * 300 + "1" + "}" * 300),
)
KEYS = (
    "table", "alias", "joins", "where", "query", "key", "deleted", "fields", "custom", "parent", "order_by",
    "lines", "flat", "read_only", "version", "stamp", "references", "new_key", "new_number", "on_insert", "cancel",
    "column", "sql", "value", "codes", "write", "lookup", "type", "format", "zone", "empty", "decimals", "divide_by",
    "multiply_by", "write_factor", "prefix", "pad", "pad_with", "pad_left", "case", "booleans", "split", "unique",
    "number", "customer", "status", "currency", "net", "ship_to", "product", "ordered", "unit", "price", "custom",
    "settings", "timezone", "name", "addresses", "other_addresses", "contact", "notes", "holds", "by", "step",
    "", " ", "\0", "naïve", "名", "__class__", "model_config", "self", "path", "fields.number", "x" * 5000,
)
TOKENS = (
    b"", b"\0", b'"', b"'", b'"""', b"\n", b"\r", b"[", b"]", b"[[", b"]]", b"{", b"}", b"=", b".", b",", b"#",
    b"\xff\xfe", b"\xef\xbb\xbf", b"\x80\x81", b"\xed\xa0\x80", b"\\u0000", b"\\ud800", b"\\U00110000", b"\\x",
    b"9" * 40, b"1e999", b"nan", b"a=1\n", b"[orders]\n", b"[orders.lines]\n", b"a.a.a.a.a=1\n", b"true",
)
# fmt: on


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Each container of a tree with one of its keys."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from places(tree[key])


def spoil_tree(tree: dict[str, Any], dice: random.Random) -> None:
    """One change of what the file says, which leaves it TOML, mostly."""
    holder, key = dice.choice(list(places(tree)))
    value = holder[key]
    match dice.randrange(9):
        case 0:
            del holder[key]
        case 1:
            holder[key] = dice.choice(VALUES)
        case 2:
            holder[key] = dice.choice(TEXTS)
        case 3 if isinstance(value, str):
            at = dice.randrange(len(value) + 1)
            holder[key] = value[:at] + dice.choice(TEXTS) + value[dice.randrange(at, len(value) + 1) :]
        case 4 if isinstance(holder, dict):
            holder[misnamed(key, dice)] = holder.pop(key)
        case 5:
            other, name = dice.choice(list(places(tree)))
            holder[key], other[name] = _copied(other[name]), _copied(value)
        case 6:
            holder[key] = dice.choice(
                ([value], [value, _copied(value)], {"x": value}, {key: value}, {"sql": value})
            )
        case 7 if isinstance(value, dict):
            value[dice.choice(KEYS)] = dice.choice((*VALUES, *TEXTS))
        case _:
            inner = [each for each in places(tree) if isinstance(each[0][each[1]], dict)]
            holder, key = dice.choice(inner)
            holder[key][dice.choice(KEYS)] = dice.choice((*VALUES, *TEXTS))


def misnamed(name: Any, dice: random.Random) -> str:
    """Another name, near to this one or not."""
    name = str(name)
    at = dice.randrange(len(name) or 1)
    swapped = name[:at] + name[at : at + 2][::-1] + name[at + 2 :]
    return dice.choice((name[:at] + name[at + 1 :], swapped, name.upper(), dice.choice(KEYS)))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def toml(value: Any) -> str:
    """A value as TOML."""
    match value:
        case Raw():
            return str(value)
        case bool():
            return "true" if value else "false"
        case str():
            escaped = re.sub(r'[\x00-\x1f"\\\x7f]', lambda found: f"\\u{ord(found[0]):04x}", value)
            return f'"{escaped}"'
        case dict():
            return "{" + ", ".join(f"{toml(str(key))} = {toml(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return f"[{', '.join(map(toml, value))}]"
        case date() | time():
            return value.isoformat()
        case None:
            return '"None"'
        case _:
            return str(value)


def written(tree: dict[str, Any]) -> bytes:
    """The file of a tree."""
    return "".join(f"{toml(key)} = {toml(value)}\n" for key, value in tree.items()).encode(
        "utf-8", "surrogatepass"
    )


def spoil_lines(content: bytes, dice: random.Random) -> bytes:
    """Lines twice, gone, elsewhere, or with other ends."""
    lines = content.splitlines(keepends=True)
    for _ in range(dice.randint(1, 4)):
        at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
        match dice.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                name, sign, value = lines[at].partition(b"=")
                lines[at] = name + sign + lines[other].partition(b"=")[2] if sign else value + name
    return b"".join(lines)


def spoil_bytes(content: bytes, dice: random.Random) -> bytes:
    """A few changes anywhere, or the file cut."""
    if dice.random() < 0.2:
        return content[: dice.randrange(len(content))]
    found = bytearray(content)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(found) + 1)
        until = min(len(found), at + int(dice.expovariate(1 / 4)))
        found[at:until] = dice.choice((dice.choice(TOKENS), dice.randbytes(until - at), found[at:until] * 3))
    return bytes(found)


def spoilt(number: int) -> tuple[str, bytes]:
    """The schema and the mapping file of an input."""
    dice = random.Random(f"mapping {number}")
    schema = dice.choice(list(SCHEMAS))
    sound = mapping_of(schema, "sqlite")
    match dice.randrange(8):
        case 0:
            return schema, spoil_bytes(sound.encode(), dice)
        case 1:
            return schema, spoil_lines(sound.encode(), dice)
    tree = tomllib.loads(sound, parse_float=Decimal)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        spoil_tree(tree, dice)
    return schema, written(tree)


def kept(entry: dict[str, Any]) -> tuple[str, bytes]:
    """The same of one that once went wrong: ``new`` stands for ``old``, or at the end where there is no ``old``.

    What is long in ``new`` is a pair of a text and how often it comes; a lone surrogate is a byte that is no UTF-8.
    """
    sound = mapping_of(entry["schema"], "sqlite")
    pieces = [entry["new"]] if isinstance(entry["new"], str) else entry["new"]
    new = "".join(each if isinstance(each, str) else each[0] * each[1] for each in pieces)
    assert entry.get("old", "") in sound, entry
    changed = sound.replace(entry["old"], new, 1) if "old" in entry else sound + new
    return entry["schema"], changed.encode("utf-8", "surrogateescape")


# --------------------------------------------------------------------------- reading them


class Companies:
    """The databases, each made once; reading must leave them as they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, str] = {}
        for name, schema in SCHEMAS.items():
            engine = engine_of(f"sqlite:///{folder / name}.db")
            schema.create(engine)
            engine.dispose()
            self.made[name] = self.content(name)

    def content(self, name: str) -> str:
        return hashlib.sha256((self.folder / f"{name}.db").read_bytes()).hexdigest()

    def outcome(self, path: Path) -> str:
        """ "read", or the code of the error; ``AssertionError`` where it says too little, or something was written."""
        import erp_connect as ec
        from erp_connect.errors import ConfigurationError, ErpConnectError, MappingError, UnsupportedOperation

        name, _, number = path.stem.partition("-")
        try:
            with ec.connect(
                f"sqlite:///{self.folder / name}.db",
                mapping=str(path),
                journal=f"sqlite:///{self.folder / 'journal.db'}",
                writable=int(number) % 2 == 0,
            ) as erp:
                orders = list(erp.orders.list(limit=PAGE))
            assert all(order.id for order in orders)
            return "read"
        except UnsupportedOperation as error:  # no [orders], but purchase orders
            refusal: ErpConnectError = error
            says_where = True
        except (MappingError, ConfigurationError) as error:
            refusal = error
            at_line = re.search(r"\bline \d+", error.message)
            says_where = str(path) in str(error) and bool(error.path or at_line or error.message in WHOLE)
        finally:
            assert self.content(name) == self.made[name], "the database was written to"
        if not says_where or not refusal.hint or len(str(refusal)) > LONGEST:
            said = f"{refusal}, path {refusal.path}, hint {refusal.hint}"
            raise AssertionError(f"{refusal.code} says too little or too much: {said[:1000]}") from refusal
        return refusal.code


def run(inputs: dict[int, tuple[str, bytes]] | range, folder: Path) -> dict[str, Any]:
    """Connect with each input; what went wrong stands in ``failures`` with its number."""
    companies = Companies(folder)

    def make(number: int) -> Path:
        schema, content = inputs[number] if isinstance(inputs, dict) else spoilt(number)
        path = folder / f"{schema}-{number}.toml"
        path.write_bytes(content)
        return path

    for name in SCHEMAS:
        sound = folder / f"{name}-0.toml"
        sound.write_text(mapping_of(name, "sqlite"), encoding="utf-8")
        assert companies.outcome(sound) == "read", name
    bound_memory()
    return examined(inputs, make, companies.outcome, seconds=SECONDS)


if __name__ == "__main__":
    if sys.argv[1] == "kept":
        chosen: Any = dict(enumerate(map(kept, json.loads(KEPT.read_text(encoding="utf-8")))))
    else:
        chosen = range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2]))
    sys.stdout.write(json.dumps(run(chosen, Path(sys.argv[-1]))))
