"""One company's rows behind the API, and what is done to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from ...business import converting, lines, ordering, posting
from ...business.company import Company
from ...business.documents import Document, Line
from ...business.masters import NOBODY
from ...odata.errors import ODataError
from ...odata.source import Row
from .master_fields import MASTERS
from .masters import (
    SETUP,
    change_master,
    create_master,
    entry_row,
    master_row,
    remove_master,
    setup_rows,
)
from .papers import KINDS, LINES, archive_row, line_fields, line_row, paper_fields, paper_row
from .refusing import DIALOG, no_record, not_found
from .settings import Settings


class CompanySource:
    """The rows of one company, and what can be done to them."""

    def __init__(self, company: Company, settings: Settings) -> None:
        self.company, self.settings = company, settings

    # ---------------------------------------------------------------- reading

    def rows(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The rows of a set; values that an index has are looked up there."""
        if entity_set in KINDS:
            return (paper_row(self.company, paper) for paper in self._papers(entity_set, where))
        if entity_set in LINES:
            return self._lines(entity_set, where)
        if entity_set == "itemLedgerEntries":
            number = where.get("itemNumber")
            entries = self.company.ledger
            return (entry_row(e) for e in (entries if number is None else entries.where("item", number)))
        if entity_set in SETUP:
            return setup_rows(self.company, entity_set)
        if entity_set == "pdfDocument":
            return ({"id": ident, "parentId": ident} for ident in [where.get("id")] if ident is not None)
        if entity_set == "salesOrderArchives":
            return (archive_row(self.company, one) for one in self.company.archives)
        return (master_row(self.company, entity_set, one) for one in self._masters(entity_set, where))

    def listed(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The same, for pages of a list."""
        world = self.company.world
        name = (self.company.id, entity_set, *where.items())
        return world.lists.kept(name, world.moment, lambda: self.rows(entity_set, where))

    def _papers(self, entity_set: str, where: Mapping[str, Any]) -> Iterator[Document]:
        kind, papers = KINDS[entity_set], self.company.documents
        found: Iterable[Document | None]
        if where.get("id") is not None:
            found = [papers.get(where["id"])]
        elif where.get("number"):
            found = [self.company.find(kind, where["number"], posted=posted) for posted in (False, True)]
        elif where.get("externalDocumentNumber"):
            found = papers.where("external_number", where["externalDocumentNumber"])
        elif where.get("orderNumber"):
            found = papers.where("order_number", where["orderNumber"])
        else:
            found = papers.where("kind", kind)
        return (paper for paper in found if paper is not None and paper.kind == kind)

    def _lines(self, entity_set: str, where: Mapping[str, Any]) -> Iterator[Row]:
        kind = KINDS[LINES[entity_set]]
        found: list[Line] = []
        if where.get("documentId") is not None:
            found = self.company.lines.where("document", where["documentId"])
        elif where.get("id") is not None:
            line = self.company.lines.get(where["id"])
            found = [line] if line is not None else []
        for line in sorted(found, key=lambda line: line.number):
            document = self.company.documents.get(line.document)
            if document is not None and document.kind == kind:
                yield line_row(self.company, document, line, entity_set)

    def _masters(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Any]:
        table = getattr(self.company, MASTERS[entity_set].table)
        key = "number" if "number" in table.indexes else "code"
        if where.get("id") is not None:
            found = table.get(where["id"])
            return [found] if found is not None else []
        if where.get(key) and entity_set != "itemVariants":
            return table.where(key, where[key])  # type: ignore[no-any-return]
        if entity_set == "itemVariants" and where.get("itemId") is not None:
            return table.where("item", where["itemId"])  # type: ignore[no-any-return]
        return table  # type: ignore[no-any-return]

    # ---------------------------------------------------------------- writing

    def create(self, entity_set: str, sent: Row) -> Row:
        """A new entity; a paper with its lines."""
        if entity_set in MASTERS:
            return create_master(self.company, entity_set, sent)
        if entity_set in LINES:
            return self._create_line(entity_set, sent)
        kind = KINDS[entity_set]
        nested: list[Row] = next((sent[name] for name in LINES if name in sent), [])
        fields = paper_fields(self.company, kind, sent, None)
        wanted = [line_fields(self.company, line, None) for line in nested]
        return paper_row(self.company, ordering.create(self.company, kind, fields, wanted))

    def _create_line(self, entity_set: str, sent: Row) -> Row:
        document = self._document(LINES[entity_set], sent.get("documentId"))
        fields = line_fields(self.company, sent, None)
        line = lines.add_line(self.company, document, fields)
        return line_row(self.company, self.company.documents.row(document.id), line, entity_set)

    def _document(self, entity_set: str, ident: UUID | None) -> Document:
        if ident is None or ident == NOBODY:
            raise ODataError(400, DIALOG, "You must specify a Document Id to get the lines.")
        document = self.company.documents.get(ident)
        if document is None or document.kind != KINDS[entity_set]:
            raise no_record(entity_set, f"Id='{ident}'", self.settings)
        return document

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        """Change what was sent."""
        if entity_set in MASTERS:
            change_master(self.company, entity_set, row, sent)
        elif entity_set in LINES:
            line = self.company.lines.row(row["id"])
            lines.change_line(self.company, line, line_fields(self.company, sent, line))
        else:
            document = self.company.documents.row(row["id"])
            fields = paper_fields(self.company, KINDS[entity_set], sent, document)
            ordering.change(self.company, document, fields)

    def remove(self, entity_set: str, row: Row) -> None:
        """Delete an entity; a paper with its lines, which is how an order is cancelled (dynamics.md 1.12)."""
        if entity_set in MASTERS:
            remove_master(self.company, entity_set, row)
        elif entity_set in LINES:
            lines.remove_line(self.company, self.company.lines.row(row["id"]))
        else:
            ordering.delete(self.company, self.company.documents.row(row["id"]))

    def call(self, operation: str, arguments: Row) -> Row:
        """Nothing: there are no function imports."""
        raise not_found(operation)

    # ---------------------------------------------------------------- actions

    def act(self, entity_set: str, ident: UUID, action: str) -> None:
        """Run a bound action; posting commits what was done before it (dynamics.md 1.10, 1.15)."""
        company = self.company
        document = company.documents.row(ident)
        match entity_set, action:
            case ("salesOrders", "shipAndInvoice") | ("purchaseOrders", "receiveAndInvoice"):
                posting.post(company, document)
                company.world.commit()
            case "salesQuotes", "makeOrder":
                converting.make(company, document, "order")
            case "salesQuotes", "makeInvoice":
                converting.make(company, document, "invoice")
            case "salesQuotes", "send":
                self._mark(document, "sent")
            case _, "post" | "postAndSend":
                posting.post_draft(company, document)
                company.world.commit()
            case _, "cancel" | "cancelAndSend":
                posting.cancel(company, document)
                company.world.commit()
            case "salesInvoices", "makeCorrectiveCreditMemo":
                converting.credit(company, document)
            case _, "send":
                pass
            case _:
                raise ODataError(
                    501, "BadRequest_MethodNotImplemented", "Entity does not support bound actions"
                )

    def _mark(self, document: Document, status: Any) -> None:
        self.company.documents.put(replace(document, status=status))
