"""Customers and products: read, found and listed; SAP keeps them (sap.md 2.13, 2.14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from ....errors import NotFound, PermissionMissing, UnsupportedOperation
from ....models import Address, Customer, CustomerDraft, FrozenMapping, Product, ProductCode, ProductDraft
from ....wire.rfc import Condition, RfcFailure, TooLongToSay, equal, in_key_ranges, one_of
from ...answers import understands_answers
from ...contract import Write, Written
from ..conventions import (
    MATERIAL,
    fits_key,
    material_in,
    shown_key,
    stored_key,
    stored_material,
)
from ..messages import messages_in
from . import modules
from .office import Office

Row = Mapping[str, Any]
_PAGE: Final = 500
_IN_ONE_CONDITION: Final = 100


def _kept_in_sap(book: str, verb: str) -> NoReturn:
    raise UnsupportedOperation(
        f"{book} are kept in SAP", why="master data is not written over RFC here", operation=f"{book}.{verb}"
    )


@understands_answers
class Customers:
    """Customers, by the list module, which has number, name and address; blocks from their table where it is open."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Customer:
        """By number; ``NotFound`` when there is none."""
        found = self._numbered(id, "customers.get")
        if not found:
            raise NotFound("there is no such customer", operation="customers.get")
        return found[0]

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Customer]:
        """By number, or by the exact name (which needs the customers' table)."""
        if number is not None:
            found = self._numbered(number, "customers.find")
            return tuple(each for each in found if name is None or each.name == name)
        return self._named(name, "customers.find") if name is not None else ()

    def list(self) -> Iterator[Customer]:
        """Stream all of them by ascending number."""

        def read(after: str, upto: str | None, count: int) -> Sequence[Row]:
            ranges = [_range(after, upto)]
            if after:
                ranges.append({"SIGN": "E", "OPTION": "EQ", "LOW": after})
            answer = self.office.asked(
                modules.CUSTOMERS, "customers.list", MAXROWS=count, IDRANGE=ranges, ADDRESSDATA=[]
            )
            rows: Sequence[Row] = answer["ADDRESSDATA"]
            return rows

        for page in in_key_ranges(read, lambda row: str(row["CUSTOMER"]), _PAGE):
            blocks = self._blocks([str(row["CUSTOMER"]) for row in page], "customers.list")
            yield from (self._customer(row, blocks) for row in page)

    def create(self, draft: CustomerDraft, write: Write) -> Written[Customer]:  # noqa: ARG002 (kept in SAP)
        """Nothing: the classic create modules are blocked in newer releases."""
        _kept_in_sap("customers", "create")

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Customer]:  # noqa: ARG002
        """Nothing here."""
        _kept_in_sap("customers", "update")

    def _numbered(self, number: str, operation: str) -> Sequence[Customer]:
        if not fits_key(number):
            return ()
        stored = stored_key(number)
        answer = self.office.asked(
            modules.CUSTOMERS,
            operation,
            MAXROWS=2,
            IDRANGE=[{"SIGN": "I", "OPTION": "EQ", "LOW": stored}],
            ADDRESSDATA=[],
        )
        rows = [row for row in answer["ADDRESSDATA"] if row["CUSTOMER"] == stored]
        blocks = self._blocks([stored], operation) if rows else {}
        return tuple(self._customer(row, blocks) for row in rows)

    def _named(self, name: str, operation: str) -> Sequence[Customer]:
        def refused(failure: RfcFailure) -> Sequence[str]:
            raise PermissionMissing(
                "customers are found by name in the table KNA1, which may not be read",
                operation=operation,
                native=failure.native,
                hint="have S_TABU_NAM granted for KNA1, or look for the number",
            )

        def read() -> Sequence[str]:
            try:
                where = equal("NAME1", name[:35])
                rows = self.office.tables.rows("KNA1", ["NAME1"], where, key=["KUNNR"])
            except TooLongToSay:
                return ()
            return [str(row["KUNNR"]) for row in rows]

        numbers = self.office.from_table(read, refused, operation)
        found = [customer for number in sorted(numbers) for customer in self._numbered(number, operation)]
        return tuple(each for each in found if each.name == name)

    def _blocks(self, numbers: Sequence[str], operation: str) -> Mapping[str, str] | None:
        """The order blocks of customers; ``None`` where they are not to be seen."""

        def read() -> Mapping[str, str] | None:
            found: dict[str, str] = {}
            for start in range(0, len(numbers), _IN_ONE_CONDITION):
                where = one_of("KUNNR", numbers[start : start + _IN_ONE_CONDITION])
                rows = self.office.tables.rows("KNA1", ["AUFSD"], where, key=["KUNNR"])
                found.update({str(row["KUNNR"]): str(row["AUFSD"]) for row in rows})
            return found

        return self.office.from_table(read, lambda _: None, operation)

    def _customer(self, row: Row, blocks: Mapping[str, str] | None) -> Customer:
        def text(name: str) -> str:
            return str(row.get(name) or "")

        number = shown_key(row["CUSTOMER"])
        block = blocks.get(row["CUSTOMER"]) if blocks is not None else None
        country = self.office.countries.ours(text("COUNTRY"), text("COUNTRYISO"))
        address = None
        if country is not None and text("NAME"):
            address = Address(
                name=text("NAME"),
                lines=(text("STREET"),) if text("STREET") else (),
                city=text("CITY"),
                postal_code=text("POSTL_COD1"),
                country=country,
                region=text("REGION") or None,
            )
        return Customer(
            id=number,
            number=number,
            name=text("NAME") or number,
            address=address,
            phone=text("TEL1_NUMBR") or None,
            blocked=None if block is None else bool(block),
            block_reason=f"order block {block}" if block else None,
            raw=FrozenMapping(row),
        )


@understands_answers
class Products:
    """Materials: number, description in the logon language, base unit."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def get(self, id: str) -> Product:
        """By number; ``NotFound`` when there is none."""
        found = self._numbered(id, "products.get")
        if not found:
            raise NotFound("there is no such product", operation="products.get")
        return found[0]

    def find(self, *, number: str | None = None, name: str | None = None) -> Sequence[Product]:
        """By number, or by the exact description (which needs the table of descriptions)."""
        if number is not None:
            found = self._numbered(number, "products.find")
            return tuple(each for each in found if name is None or each.name == name)
        return self._named(name, "products.find") if name is not None else ()

    def list(self) -> Iterator[Product]:
        """Stream all of them by ascending number, each with a call of its own for its unit."""

        def read(after: str, upto: str | None, count: int) -> Sequence[Row]:
            ranges = [_range(after, upto, "MATNR_")]
            if after:
                ranges.append({"SIGN": "E", "OPTION": "EQ", "MATNR_LOW": after})
            answer = self.office.asked(
                modules.MATERIALS, "products.list", MAXROWS=count, MATNRSELECTION=ranges
            )
            rows: Sequence[Row] = answer["MATNRLIST"]
            return rows

        def key(row: Row) -> str:
            return str(row.get("MATERIAL") or row.get("MATERIAL_LONG") or "")

        for page in in_key_ranges(read, key, _PAGE):
            for row in page:
                yield from self._numbered(material_in(row), "products.list")

    def create(self, draft: ProductDraft, write: Write) -> Written[Product]:  # noqa: ARG002 (kept in SAP)
        """Nothing: materials are kept in SAP."""
        _kept_in_sap("products", "create")

    def update(self, id: str, changes: Mapping[str, Any], write: Write) -> Written[Product]:  # noqa: ARG002
        """Nothing here."""
        _kept_in_sap("products", "update")

    def _numbered(self, code: str, operation: str) -> Sequence[Product]:
        if not fits_key(code, MATERIAL):
            return ()
        stored = stored_material(code)
        answer = self.office.read(modules.MATERIAL, operation, MATERIAL=stored)
        said = messages_in(answer.get("RETURN"))
        if any(each.refuses for each in said):
            if all(self.office.meanings.of(each.ident) in {"product", "not_found"} for each in said):
                return ()
            raise self.office.meanings.refusal(said, operation=operation)
        general = answer["MATERIAL_GENERAL_DATA"]
        return (self._product(stored, general),) if general["BASE_UOM"] or general["MATL_DESC"] else ()

    def _product(self, stored: str, general: Row) -> Product:
        number = shown_key(stored)
        unit = self.office.units.ours(general["BASE_UOM"], str(general.get("BASE_UOM_ISO") or ""))
        ean = str(general.get("EAN_UPC") or "").strip()
        unknown = () if unit is not None else (f"the unit {general['BASE_UOM']} is not known here",)
        return Product(
            id=number,
            number=number,
            name=general["MATL_DESC"] or number,
            unit=unit or general["BASE_UOM"] or None,
            codes=(ProductCode(kind="gtin", value=ean),) if ean else (),
            blocked=bool(general.get("DEL_FLAG")),
            raw=FrozenMapping(general),
            warnings=unknown,
        )

    def _named(self, name: str, operation: str) -> Sequence[Product]:
        def refused(failure: RfcFailure) -> Sequence[str]:
            raise PermissionMissing(
                "products are found by name in the table MAKT, which may not be read",
                operation=operation,
                native=failure.native,
                hint="have S_TABU_NAM granted for MAKT, or look for the number",
            )

        def read() -> Sequence[str]:
            try:
                where: Condition = equal("MAKTX", name)
                rows = self.office.tables.rows("MAKT", ["MAKTX"], where, key=["MATNR", "SPRAS"])
            except TooLongToSay:
                return ()
            return sorted({str(row["MATNR"]) for row in rows})

        numbers = self.office.from_table(read, refused, operation)
        found = [each for number in numbers for each in self._numbered(shown_key(number), operation)]
        return tuple(each for each in found if each.name == name)


def _range(after: str, upto: str | None, prefix: str = "") -> dict[str, str]:
    """The selection of what lies behind a key, up to another; without either, of everything."""
    if upto is not None:
        return {"SIGN": "I", "OPTION": "BT", f"{prefix}LOW": after, f"{prefix}HIGH": upto}
    if after:
        return {"SIGN": "I", "OPTION": "GE", f"{prefix}LOW": after}
    return {"SIGN": "I", "OPTION": "CP", f"{prefix}LOW": "*"}
