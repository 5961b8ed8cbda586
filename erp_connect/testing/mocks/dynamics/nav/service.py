"""The service of one page: its operations on the records of one company (dynamics.md 2.2)."""

from __future__ import annotations

import re
from typing import Any, Final

from ...business.company import Company
from .faults import Fault, gone, unfit
from .filters import BadFilter, test_of
from .messages import Node, element
from .model import Page
from .operations import Operation, arguments, in_order, operations
from .reading import name_of, record, records, shown, value_of
from .settings import Settings
from .values import written
from .writing import Writer

_PLAIN: Final = re.compile(r"\s*[\w-]+(\.[\w-]+)*\s*")
_INT: Final = re.compile(r"\s*[+-]?\d{1,10}\s*")


class PageService:
    """One page under one name; the caller holds the transaction, or the reading."""

    def __init__(self, company: Company, page: Page, name: str, namespace: str, settings: Settings) -> None:
        self.company, self.page, self.name, self.namespace = company, page, name, namespace
        self.settings = settings
        self.writer = Writer(company, page, settings)

    def operation(self, name: str) -> Operation:
        """An operation that the page has."""
        found = operations(self.page).get(name)
        if found is None:
            raise unfit(f"Method {name} in service {self.name} was not found!", self.settings)
        return found

    def answer(self, call: Node) -> str:
        """What the result element of an operation holds."""
        operation = self.operation(call.name)
        sent = arguments(call, operation, self.name, self.namespace, self.settings)
        match call.name:
            case "Read":
                return self._read(sent["No"][0].text)
            case "ReadByRecId":
                wanted = sent["recId"][0].text
                rows = records(self.company, self.page)
                return self._one(next((row for row in rows if name_of(self.page, row) == wanted), None))
            case "ReadMultiple":
                return self._read_multiple(sent)
            case "IsUpdated":
                return element("IsUpdated_Result", self._is_updated(sent["Key"][0].text))
            case "GetRecIdFromKey":
                row = self._row(sent["Key"][0].text)
                return element("GetRecIdFromKey_Result", name_of(self.page, row))
            case "Create" | "Update":
                return self._one(self._written(call.name, sent["{svc}"][0]))
            case "CreateMultiple" | "UpdateMultiple":
                return self._all_written(call.name.removesuffix("Multiple"), sent["{svc}_List"][0])
            case "Delete":
                self.writer.delete(sent["Key"][0].text.strip())
            case _:
                self.writer.delete_line(next(iter(sent.values()))[0].text.strip())
        return element(f"{call.name}_Result", "true")

    # ---------------------------------------------------------------- reading

    def _one(self, row: Any) -> str:
        return "" if row is None else shown(self.company, self.page, row, self.name, self.settings)

    def _read(self, criteria: str) -> str:
        """The first record whose number passes; the argument is a filter (dynamics.md 2.2)."""
        if _PLAIN.fullmatch(criteria):
            return self._one(record(self.company, self.page, criteria.strip().upper()))
        test = self._test("No", criteria if criteria.strip() else "''")
        return self._one(next((row for row in records(self.company, self.page) if test(row)), None))

    def _test(self, name: str, criteria: str) -> Any:
        field = self.page.field(name)
        if field is None or field.kind == "part":
            text = f"Instance validation error: '{name}' is not a valid value for {self.name}_Fields."
            raise unfit(text, self.settings)
        try:
            test = test_of(field, criteria)
        except BadFilter as failure:
            raise unfit(str(failure), self.settings) from None
        return lambda row: test(value_of(self.company, field, row))

    def _read_multiple(self, sent: Any) -> str:
        tests = [self._filter(each) for each in sent["filter"]]
        size = self._size(sent["setSize"][0].text)
        rows = records(self.company, self.page)
        if size < 0:
            rows.reverse()
        bookmark = sent["bookmarkKey"][0].text.strip() if sent["bookmarkKey"] else ""
        if bookmark:
            at = self.writer.key(bookmark).number
            rows = [row for row in rows if (row.number < at if size < 0 else row.number > at)]
        passing = [row for row in rows if all(test(row) for test in tests)]
        kept = passing[: abs(size)] if size else passing
        inner = "".join(
            shown(
                self.company,
                self.page,
                row,
                self.name,
                self.settings,
                with_lines=self.settings.lines_in_lists,
            )
            for row in kept
        )
        return element("ReadMultiple_Result", inner, raw=True)

    def _filter(self, node: Node) -> Any:
        found = dict(in_order(node, ["Field", "Criteria"], self.namespace, self.settings))
        if 0 not in found or 1 not in found:
            raise unfit("A filter has a Field and a Criteria.", self.settings)
        return self._test(found[0].text.strip(), found[1].text)

    def _size(self, text: str) -> int:
        if not _INT.fullmatch(text):
            raise unfit(
                f"The value '{text}' of setSize is not valid according to its datatype.", self.settings
            )
        return int(text)

    # ---------------------------------------------------------------- keys

    def _row(self, text: str) -> Any:
        key = self.writer.key(text.strip())
        row = record(self.company, self.page, key.number)
        if row is None or key.table_id != self.page.table_id:
            raise gone(self.page.table, key.number)
        return row

    def _is_updated(self, text: str) -> str:
        row = self._row(text)
        return "true" if row.version != self.writer.key(text.strip()).version else "false"

    # ---------------------------------------------------------------- writing

    def _written(self, name: str, node: Node) -> Any:
        wanted = written(node, self.page, self.namespace, self.settings)
        return self.writer.create(wanted) if name == "Create" else self.writer.update(wanted)

    def _all_written(self, name: str, node: Node) -> str:
        found = [each for _, each in in_order(node, [self.name], self.namespace, self.settings, many=True)]
        if not found:
            raise Fault(self.settings.codes["unfit"], f"{node.name} holds no {self.name}.")
        rows = [self._written(name, each) for each in found]
        inner = "".join(self._one(row) for row in rows)
        return element(f"{self.name}_List", inner, raw=True)
