"""How the rows of lists are found: by number, by what an index has, by the paper they belong to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from ...business.documents import Document, Kind, Line
from ...business.tables import Table
from .desk import Desk, Holding
from .resources import Look


def _whole(value: Any) -> int:
    """The number that a filter asks for; one that nothing has where it is none."""
    return int(value) if value is not None and value == int(value) else -1


def papers(*kinds: Kind, posted: bool = False) -> Callable[[Desk], Iterable[Document]]:
    """The papers of some kinds, in the order they came in."""

    def rows(desk: Desk) -> Iterable[Document]:
        for kind in kinds:
            for document in desk.company.documents.where("kind", kind):
                if document.posted is posted:
                    yield document

    return rows


def numbered(kind: Kind) -> dict[str, Look]:
    """How papers are found quickly."""

    def by_number(desk: Desk, value: Any) -> list[Document]:
        return desk.company.documents.where("number", (kind, False, value))

    def by_reference(desk: Desk, value: Any) -> list[Document]:
        found = desk.company.documents.where("external_number", value)
        return [document for document in found if document.kind == kind and not document.posted]

    return {"document_no": by_number, "customer_document_no": by_reference, "id": by_id(paper(kind))}


def by_id(one: Callable[[Desk, int], Any]) -> Look:
    """The row of a number, as a list."""

    def look(desk: Desk, value: Any) -> list[Any]:
        row = one(desk, _whole(value))
        return [] if row is None else [row]

    return look


def paper(*kinds: Kind, posted: bool = False) -> Callable[[Desk, int], Document | None]:
    """The paper of a number, where it is of these kinds."""

    def one(desk: Desk, number: int) -> Document | None:
        row = desk.found(desk.company.documents, number)
        return row if row is not None and row.kind in kinds and row.posted is posted else None

    return one


def row_of(choose: Callable[[Desk], Table[Any]]) -> Callable[[Desk, int], Any]:
    """The row of a number in a table."""
    return lambda desk, number: desk.found(choose(desk), number)


def lines(kinds: Collection[str], *, posted: bool) -> Callable[[Desk], Iterable[Line]]:
    """The lines of all papers of some kinds."""

    def rows(desk: Desk) -> Iterable[Line]:
        for line in desk.company.lines:
            document = desk.company.documents.get(line.document)
            if document is not None and document.kind in kinds and document.posted is posted:
                yield line

    return rows


def line(kinds: Collection[str]) -> Callable[[Desk, int], Line | None]:
    """The line of a number, where its paper is of these kinds and not posted."""

    def one(desk: Desk, number: int) -> Line | None:
        line = desk.found(desk.company.lines, number)
        document = desk.company.documents.get(line.document) if line is not None else None
        fits = document is not None and document.kind in kinds and not document.posted
        return line if fits else None

    return one


def indexed(table: Callable[[Desk], Table[Any]], index: str) -> Look:
    """The rows of a table that an index has."""
    return lambda desk, value: table(desk).where(index, value)


def holding(desk: Desk, number: int) -> Holding | None:
    """A product in a warehouse, by its number."""
    rows = desk.holdings()
    ident = desk.keys.ident(number, (row.id for row in rows))
    return next((row for row in rows if row.id == ident), None)


def holdings_of(desk: Desk, value: Any) -> list[Holding]:
    """The warehouses of a product."""
    item = desk.found(desk.company.items, _whole(value))
    return desk.holdings(item) if item is not None and item.type == "inventory" else []


def of_order(desk: Desk, value: Any, kind: Kind) -> list[Document]:
    """What was posted of an order."""
    ident = desk.keys.ident(_whole(value), (row.id for row in desk.company.documents))
    found = desk.company.documents.where("order", ident)
    return [row for row in found if row.kind == kind and row.posted]


def papers_of_customer(kind: Kind) -> Callable[[Desk, Any], list[Any]]:
    """The papers of one kind that a customer has."""

    def rows(desk: Desk, customer: Any) -> list[Any]:
        found = desk.company.documents.where("partner", customer.id)
        return [document for document in found if document.kind == kind and not document.posted]

    return rows
