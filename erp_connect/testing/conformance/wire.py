"""What passes between client and adapter: noted, and broken on demand.

Every book of an adapter under test is replaced by a stand-in with the same methods.  It notes each call (that is how
the kit knows what a run has exercised, and that nothing was sent before a refusal) and can lose the answer to one,
lose the request, or let a rival act in between: faults that every adapter has to survive, whatever its protocol.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from ...adapters.contract import Listing, Write
from ...client import Client
from ...errors import TransportError
from ...models import Amendment

BOOKS: Final = (
    *("orders", "purchase_orders", "customers", "suppliers", "products", "stock", "prices", "shipments"),
    *("invoices", "goods_receipts", "returns"),
)
Call = Callable[..., Any]
Breaks = Callable[[Call, tuple[Any, ...], Mapping[str, Any]], Any]
"""What happens to one call instead: it is given the method and its arguments."""
_SAME: Final = {"create_block": "create", "get_many": "get", "by_stamp": "find", "posted": "get"}


class Crash(BaseException):
    """The program dies here, as at a power cut: nobody catches it."""


class Wire:
    """The calls of a test's connections to their adapters, in order."""

    def __init__(self, after_write: Callable[[], None] = lambda: None) -> None:
        self._after_write = after_write
        self.calls: list[str] = []
        """Every call that reached an adapter, as ``"orders.get"``."""
        self.exercised: set[str] = set()
        """The operations (of the closed list) that came back without an error."""
        self._breaks: list[tuple[str, Breaks]] = []
        self._blind: tuple[str, BaseException] | None = None
        self._lock = threading.Lock()

    def watch(self, client: Client) -> Client:
        """Listen in on a connection."""
        adapter: Any = client._context.adapter
        for name in BOOKS:
            book = getattr(adapter, name, None)
            if book is not None:
                setattr(adapter, name, stand_in(book, name, self.passes))
        return client

    def lose_reply(self, call: str, then: Callable[[], object] = lambda: None) -> None:
        """Let the next such call be done, and its answer be lost; ``then`` happens at that moment."""

        def lost(method: Call, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
            method(*_unheard(args), **more)
            then()
            raise TransportError("the answer was lost", outcome="unknown")

        self._add(call, lost)

    def lose_request(self, call: str) -> None:
        """Let the next such call be announced and get lost on the way."""

        def lost(method: Call, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
            _announce(call, args, more)
            raise TransportError("the request was lost", outcome="unknown")

        self._add(call, lost)

    def crash_after(self, call: str) -> None:
        """Let the next such call be done, and the program die before it hears of it."""

        def dead(method: Call, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
            method(*_unheard(args), **more)
            raise Crash

        self._add(call, dead)

    def fail_before(self, call: str, error: BaseException) -> None:
        """Let the next such call end with ``error`` before any request of it is begun."""

        def failing(_method: Call, _args: tuple[Any, ...], _more: Mapping[str, Any]) -> Any:
            raise error

        self._add(call, failing)

    def fail_at(self, call: str, error: BaseException) -> None:
        """Let the next such call be announced and end with ``error``; nothing of it is done."""

        def failing(_method: Call, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
            _announce(call, args, more)
            raise error

        self._add(call, failing)

    def fail_after(self, call: str, error: BaseException) -> None:
        """Let the next such call be done and end with ``error`` all the same."""

        def failing(method: Call, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
            method(*_unheard(args), **more)
            raise error

        self._add(call, failing)

    def after(self, call: str, action: Callable[[], object]) -> None:
        """Run ``action`` when the next such call was answered, before the client hears of it."""

        def followed(method: Call, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
            result = method(*args, **more)
            action()
            return result

        self._add(call, followed)

    def blind(self, book: str, error: BaseException) -> None:
        """Let every call of a book that only reads end with ``error``, until :meth:`mend`."""
        self._blind = (book, error)

    def mend(self) -> None:
        """No more faults."""
        with self._lock:
            self._breaks.clear()
        self._blind = None

    def before(self, call: str, rival: Callable[[], object]) -> None:
        """Let a rival act between the client's reading and the next such call."""

        def overtaken(method: Call, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
            rival()
            return method(*args, **more)

        self._add(call, overtaken)

    def passes(self, name: str, method: Call, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
        """One call on its way."""
        with self._lock:
            self.calls.append(name)
            broken = next((pair for pair in self._breaks if pair[0] == name), None)
            if broken is not None:
                self._breaks.remove(broken)
        blind = self._blind
        if blind is not None and name.partition(".")[0] == blind[0] and not _writes(name, args, more):
            raise blind[1]
        result = method(*args, **more) if broken is None else broken[1](method, args, more)
        self.exercised.update(_operations(name, args))
        if _writes(name, args, more):
            self._after_write()
        return result

    def _add(self, call: str, breaks: Breaks) -> None:
        with self._lock:
            self._breaks.append((call, breaks))


def _writes(name: str, args: Iterable[Any], more: Mapping[str, Any]) -> bool:
    return name.endswith(".create_block") or any(isinstance(each, Write) for each in (*args, *more.values()))


def _announce(call: str, args: Iterable[Any], more: Mapping[str, Any]) -> None:
    for each in (*args, *more.values()):
        if isinstance(each, Write):
            each.sending(call)


def _unheard(args: Iterable[Any]) -> tuple[Any, ...]:
    """The arguments of a write whose answer nobody hears: what it has made stays unknown."""

    def nobody(id: str, number: str | None = None) -> None:
        return None

    return tuple(replace(each, made=nobody) if isinstance(each, Write) else each for each in args)


def _operations(name: str, args: tuple[Any, ...]) -> Iterable[str]:
    """What a call is in the words of the closed list."""
    book, _, verb = name.partition(".")
    if verb == "amend":
        return {f"{book}.{each.operation}" for each in args[1] if isinstance(each, Amendment)}
    if verb == "cancel":
        return {f"{book}.cancel" if args[1] is None else f"{book}.cancel_line"}
    if verb == "list" and args and isinstance(args[0], Listing) and args[0].modified_since is not None:
        return {f"{book}.list", f"{book}.list_modified"}
    return {f"{book}.{_SAME.get(verb, verb)}"}


class _StandIn:
    """A book with the methods of another, each of which passes through a wire."""

    def __init__(self, book: Any, name: str, passes: Callable[..., Any]) -> None:
        self._book = book
        self._name = name
        self._passes = passes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)


def stand_in(book: Any, name: str, passes: Callable[..., Any]) -> Any:
    """A book whose every call goes through ``passes(name, method, args, kwargs)``; it has the same abilities."""
    kind: Any = type(book)
    return _stand_in_for(kind)(book, name, passes)


@cache
def _stand_in_for(kind: Any) -> type[_StandIn]:
    # Abilities are recognised by methods of the class, so the stand-in gets a class of its own with just these.
    verbs = [name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))]
    return type(f"Watched{kind.__name__}", (_StandIn,), {verb: _forward(verb) for verb in verbs})


def _forward(verb: str) -> Call:
    def forwarded(self: _StandIn, *args: Any, **more: Any) -> Any:
        return self._passes(f"{self._name}.{verb}", getattr(self._book, verb), args, more)

    return forwarded
