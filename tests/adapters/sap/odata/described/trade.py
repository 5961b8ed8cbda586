"""The business behind the services: numbers, items, prices, statuses (sap.md 2.17, 4.4, 4.6)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from .books import Books
from .pricing import FIXED, LOWERS, PER_QUANTITY, PERCENT, net_of, say_units, share_out
from .queries import Row
from .refusing import Refused


@dataclass(frozen=True)
class Paper:
    """A kind of document: its sets, and how its keys are called."""

    number: str
    items: str
    item: str
    prices: str
    header_prices: str
    schedule: str
    partners: str


PAPERS = {
    "A_SalesOrder": Paper(
        "SalesOrder",
        "A_SalesOrderItem",
        "SalesOrderItem",
        "A_SalesOrderItemPrElement",
        "A_SalesOrderHeaderPrElement",
        "A_SalesOrderScheduleLine",
        "A_SalesOrderHeaderPartner",
    ),
    "A_CustomerReturn": Paper(
        "CustomerReturn",
        "A_CustomerReturnItem",
        "CustomerReturnItem",
        "A_CustomerReturnItemPrcgElmnt",
        "A_CustomerReturnPrcgElmnt",
        "A_CustomerReturnScheduleLine",
        "A_CustomerReturnPartner",
    ),
}
_ADDRESSES = "A_SalesOrderPartnerAddress"
_HEAD_OF = {name: head for head, paper in PAPERS.items() for name in (paper.items, paper.prices)} | {
    name: head for head, paper in PAPERS.items() for name in (paper.header_prices, paper.partners)
}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Trade:
    """The rules of one system; a test may set the prices that it finds for a material."""

    prices: dict[str, Decimal] = field(default_factory=dict)
    order_types: frozenset[str] = frozenset({"OR"})
    rejection_reasons: frozenset[str] = frozenset({"Z1", "61"})
    next_number: int = 4711
    at_most: dict[str, Decimal] = field(default_factory=dict)  # set of items: what the system stores of one
    _last: datetime = field(default_factory=_now)

    def moment(self) -> datetime:
        """Now, and never the same moment twice."""
        self._last = max(_now(), self._last + timedelta(milliseconds=1))
        return self._last

    def _number(self) -> str:
        self.next_number += 1
        return str(self.next_number - 1)

    # ---------------------------------------------------------------- before a row is entered

    def fill(self, books: Books, name: str, row: Row, parent: Row | None, below: dict[str, Any]) -> None:
        if name in PAPERS:
            self._new_paper(books, name, row, below)
        elif (head := _HEAD_OF.get(name)) is not None and parent is not None:
            paper = PAPERS[head]
            if name == paper.items:
                self._new_item(books, head, row, below)
            elif name == paper.partners:
                _customer(books, row["Customer"])
                if _ADDRESSES in books.sets and head == "A_SalesOrder":
                    _addressed(books, row)
            else:
                self._new_condition(books, paper, name, row)
        elif "ScheduleLine" in row and parent is not None:
            paper = next(each for each in PAPERS.values() if each.schedule == name)
            row["ScheduleLine"] = str(
                len(books.related(books.sets[paper.items], parent, "to_ScheduleLine")) + 1
            )
        elif name == "A_BusinessPartner":
            self._new_partner(row)
        elif name in ("A_Customer", "A_Supplier") and parent is not None:
            role = name.removeprefix("A_")
            row[role] = parent[role] = parent["BusinessPartner"]
            row[f"{role}Name"] = row[f"{role}FullName"] = parent["BusinessPartnerFullName"]
        elif name == "A_BusinessPartnerAddress" and not row["AddressID"]:
            row["AddressID"] = self._number()
        elif "OrdinalNumber" in row and not row["OrdinalNumber"]:
            row["OrdinalNumber"] = "1"

    def _new_partner(self, row: Row) -> None:
        if row["BusinessPartnerCategory"] not in ("1", "2", "3"):
            raise Refused(400, "Enter a business partner category", "R1/232", "BusinessPartnerCategory")
        row["BusinessPartner"] = row["BusinessPartner"] or self._number()
        row["BusinessPartnerFullName"] = row["BusinessPartnerName"] = _full_name(row)

    def _new_paper(self, books: Books, name: str, row: Row, below: dict[str, Any]) -> None:
        paper = PAPERS[name]
        for needed in (f"{paper.number}Type", "SalesOrganization", "SoldToParty"):
            if not row[needed]:
                raise Refused(400, f"{needed} is missing", "V1/319", needed)
        _customer(books, row["SoldToParty"])
        if name == "A_CustomerReturn" and not below.get("to_Item"):
            raise Refused(400, "A return is created with its items (deep insert)", "V1/701")
        row[paper.number] = self._number()
        area = books.first("A_CustomerSalesArea", Customer=row["SoldToParty"]) or {}
        today = self.moment().replace(hour=0, minute=0, second=0, microsecond=0)
        defaults = {
            "TransactionCurrency": area.get("Currency") or "EUR",
            "CustomerPaymentTerms": area.get("CustomerPaymentTerms", ""),
            "RequestedDeliveryDate": today,
            "PricingDate": today,
            f"{paper.number}Date": today,
        }
        row |= {key: value for key, value in defaults.items() if key in row and not row[key]}
        row |= {"CreationDate": today, "CreatedByUser": "DEMO"}
        told = below.setdefault("to_Partner", [])
        given = {each.get("PartnerFunction") for each in told if isinstance(each, dict)}
        missing = [function for function in ("SP", "SH", "BP", "PY") if function not in given]
        told += [{"PartnerFunction": each, "Customer": row["SoldToParty"]} for each in missing]

    def _new_item(self, books: Books, head: str, row: Row, below: dict[str, Any]) -> None:
        paper = PAPERS[head]
        siblings = books.all(paper.items, **{paper.number: row[paper.number]})
        highest = max((int(each[paper.item]) for each in siblings), default=0)
        row[paper.item] = (row[paper.item] or str(highest - highest % 10 + 10)).lstrip("0")
        material = books.first("A_Product", Product=row["Material"]) or {}
        if not row["Material"] or (books.rows.get("A_Product") and not material):
            raise Refused(400, f"Material {row['Material']} is not defined for the sales area", "V1/382")
        if row["RequestedQuantity"] <= 0:
            raise Refused(400, "Enter an order quantity", "V1/384", "RequestedQuantity")
        described = books.first("A_ProductDescription", Product=row["Material"], Language="EN") or {}
        text = f"{paper.number}ItemText"
        if not row.get(text, "kept"):
            row[text] = described.get("ProductDescription", "")
        say_units(row, "RequestedQuantity", material.get("BaseUnit") or "PC")
        order = books.first(head, **{paper.number: row[paper.number]}) or {}
        row["TransactionCurrency"] = order["TransactionCurrency"]
        told = below.get("to_PricingElement", [])
        price = self.prices.get(row["Material"])
        priced = paper.prices in books.sets and price is not None
        if priced and not any(each.get("ConditionType") == "PR00" for each in told):
            books.enter(
                paper.prices,
                **{paper.number: row[paper.number], paper.item: row[paper.item]},
                PricingProcedureStep="10",
                PricingProcedureCounter="1",
                ConditionType="PR00",
                ConditionRateValue=price,
                ConditionCurrency=row["TransactionCurrency"],
                ConditionQuantity=Decimal(1),
                ConditionQuantityUnit=row["RequestedQuantityUnit"],
                TransactionCurrency=row["TransactionCurrency"],
                ConditionCalculationType="C",
            )

    def _new_condition(self, books: Books, paper: Paper, name: str, row: Row) -> None:
        kind = row["ConditionType"]
        if kind not in PERCENT | PER_QUANTITY | FIXED:
            raise Refused(400, f"Condition {kind} does not exist in the procedure", "V1/821", "ConditionType")
        key = {each: row[each] for each in (paper.number, paper.item) if each in row}
        steps = [int(each["PricingProcedureStep"]) for each in books.all(name, **key)]
        row["PricingProcedureStep"] = row["PricingProcedureStep"] or str(max(steps, default=0) + 10)
        row["PricingProcedureCounter"] = row["PricingProcedureCounter"] or "1"
        if kind in LOWERS:
            row["ConditionRateValue"] = -abs(row["ConditionRateValue"])
        if kind in PER_QUANTITY:
            row["ConditionQuantity"] = row["ConditionQuantity"] or Decimal(1)
            item = books.first(paper.items, **key) or {}
            if not any(row.get(f"ConditionQuantity{way}Unit") for way in ("", "SAP", "ISO")):
                row["ConditionQuantityUnit"] = item.get("RequestedQuantityUnit", "")
            say_units(row, "ConditionQuantity", "PC")
        row["ConditionCalculationType"] = "A" if kind in PERCENT else "C" if kind in PER_QUANTITY else "B"

    # ---------------------------------------------------------------- after a write

    def settle(self, books: Books, name: str, row: Row, changed: frozenset[str]) -> None:
        head = name if name in PAPERS else _HEAD_OF.get(name)
        if head is None and "SalesOrder" in row and "A_SalesOrder" in books.sets:
            head = "A_SalesOrder"
        if head is not None:
            paper = PAPERS[head]
            header = books.first(head, **{paper.number: row[paper.number]})
            if header is not None:
                self._settle_paper(books, head, header)
        if name == "A_BusinessPartner" and changed:
            full = _full_name(row)
            row |= {"BusinessPartnerFullName": full, "BusinessPartnerName": full}
            for role in ("Customer", "Supplier"):
                number = row.get(role)
                held = books.first(f"A_{role}", **{role: number}) if number else None
                if held is not None:
                    held |= {f"{role}Name": full, f"{role}FullName": full}

    def _settle_paper(self, books: Books, head: str, header: Row) -> None:
        paper = PAPERS[head]
        key = {paper.number: header[paper.number]}
        items = books.all(paper.items, **key)
        for item in items:
            if paper.items in self.at_most:
                item["RequestedQuantity"] = min(item["RequestedQuantity"], self.at_most[paper.items])
            if (
                item["SalesDocumentRjcnReason"]
                and item["SalesDocumentRjcnReason"] not in self.rejection_reasons
            ):
                raise Refused(400, "Rejection reason is not defined", "V1/455", "SalesDocumentRjcnReason")
            conditions = books.all(paper.prices, **key, **{paper.item: item[paper.item]})
            item["NetAmount"] = net_of(item, conditions)
            _scheduled(books, paper, header, item)
        refused = [item for item in items if item["SalesDocumentRjcnReason"]]
        standing = [item for item in items if not item["SalesDocumentRjcnReason"]]
        share_out(books.all(paper.header_prices, **key), standing)
        for item in items:
            item["SDProcessStatus"] = "C" if item["SalesDocumentRjcnReason"] else "A"
            if "DeliveryStatus" in item:
                item["DeliveryStatus"] = item["SDProcessStatus"]
        done = bool(refused) and not standing
        header["OverallSDProcessStatus"] = "C" if done else "A"
        header["OverallSDDocumentRejectionSts"] = "C" if done else "B" if refused else "A"
        if "OverallTotalDeliveryStatus" in header:
            header["OverallTotalDeliveryStatus"] = header["OverallSDProcessStatus"]
        header["TotalNetAmount"] = sum((item["NetAmount"] for item in standing), Decimal(0))
        header["LastChangeDateTime"] = self.moment()
        header["LastChangeDate"] = self.moment().replace(hour=0, minute=0, second=0, microsecond=0)


def _full_name(partner: Row) -> str:
    if partner["BusinessPartnerCategory"] == "1":
        told = [partner.get("FirstName"), partner.get("LastName")]
    else:
        told = [partner.get(f"OrganizationBPName{place}") for place in (1, 2, 3, 4)]
    return " ".join(filter(None, told))


def _addressed(books: Books, partner: Row) -> None:
    """A partner of an order comes with the address of its master record, where the release shows those."""
    master = books.first("A_BusinessPartner", Customer=partner["Customer"]) or {}
    where = books.first("A_BusinessPartnerAddress", BusinessPartner=master.get("BusinessPartner", "")) or {}
    books.enter(
        _ADDRESSES,
        SalesOrder=partner["SalesOrder"],
        PartnerFunction=partner["PartnerFunction"],
        AddressRepresentationCode="",
        OrganizationName1=master.get("BusinessPartnerFullName", ""),
        AddresseeFullName=master.get("BusinessPartnerFullName", ""),
        **{
            name: where.get(name, "")
            for name in ("StreetName", "HouseNumber", "PostalCode", "CityName", "Country")
        },
    )


def _customer(books: Books, number: str) -> None:
    if number and books.rows.get("A_Customer") and books.first("A_Customer", Customer=number) is None:
        raise Refused(400, f"Sold-to party {number} not maintained for sales area", "VP/204", "SoldToParty")


def _scheduled(books: Books, paper: Paper, header: Row, item: Row) -> None:
    if paper.schedule not in books.sets:
        return
    key = {paper.number: item[paper.number], paper.item: item[paper.item]}
    lines = books.all(paper.schedule, **key)
    if not lines:
        told = {"ScheduleLine": "1", "RequestedDeliveryDate": header["RequestedDeliveryDate"]}
        units = {
            f"OrderQuantity{way}Unit": item.get(f"RequestedQuantity{way}Unit", "")
            for way in ("", "SAP", "ISO")
        }
        lines = [books.enter(paper.schedule, **key, **told, **units)]
    others = sum((each["ScheduleLineOrderQuantity"] for each in lines[1:]), Decimal(0))
    first = lines[0]
    first["ScheduleLineOrderQuantity"] = item["RequestedQuantity"] - others
    if "ConfdOrderQtyByMatlAvailCheck" in first:
        refused = bool(item["SalesDocumentRjcnReason"])
        first["ConfdOrderQtyByMatlAvailCheck"] = Decimal(0) if refused else first["ScheduleLineOrderQuantity"]
        if "ConfirmedDeliveryDate" in first:
            first["ConfirmedDeliveryDate"] = first["RequestedDeliveryDate"]
