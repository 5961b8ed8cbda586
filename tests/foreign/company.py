"""One company's business of one year, from which the five foreign databases are filled: the same on every run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

from .truth import (
    CENT,
    Address,
    Customer,
    Facts,
    Invoice,
    Line,
    Order,
    Product,
    Return,
    Shipment,
    Supplier,
    amount_of,
)

D = Decimal
ZERO = D(0)


def _customer(code: str, name: str, currency: str, *places: str, blocked: bool = False) -> Customer:
    """Places are ``street|postal code|city|country``; the first is where invoices go, the others take goods."""
    at = tuple(Address(name, *place.split("|")) for place in places)
    return Customer(code, name, currency, blocked, at[0], at[1:])


CUSTOMERS = (
    _customer(
        "1001",
        "Nordkai Schiffsbedarf GmbH",
        "EUR",
        "Am Kai 1|24103|Kiel|DE",
        "Werftstr. 20|24143|Kiel|DE",
        "Tor 3|18069|Rostock|DE",
    ),
    _customer(
        "1002",
        "Alpenblick Seilbahnen AG",
        "CHF",
        "Talstrasse 9|7270|Davos|CH",
        "Bergweg 2|7260|Davos Dorf|CH",
    ),
    _customer(
        "1003",
        "Weiß & Söhne Metallbau",
        "EUR",
        "Ringstraße 44|04109|Leipzig|DE",
        "Halle 7|04179|Leipzig|DE",
        "Gleis 2|01067|Dresden|DE",
    ),
    _customer(
        "1004",
        "Polder Techniek B.V.",
        "EUR",
        "Dijkweg 12|3011 AB|Rotterdam|NL",
        "Havenkade 5|3089 JH|Rotterdam|NL",
    ),
    _customer(
        "1005",
        "Lumen Bühnentechnik",
        "EUR",
        "Lichtgasse 3|50667|Köln|DE",
        "Lichtgasse 3|50667|Köln|DE",
        blocked=True,
    ),
    _customer("1006", "Harbour Supplies Ltd", "GBP", "Dock Road 8|HU1 2AA|Hull|GB", "Pier 4|HU9 5PQ|Hull|GB"),
    _customer("1007", "O'Hara Rigging", "EUR", "Quay 1|D01 F5P2|Dublin|IE", "Quay 2|D01 F5P2|Dublin|IE"),
)
SUPPLIERS = (
    Supplier("7001", "Schraubenwerk Süd", "EUR"),
    Supplier("7002", "Ketten und Seile KG", "EUR"),
    Supplier("7003", "Pigment Holding S.p.A.", "EUR"),
)


def _product(code: str, name: str, price: str, unit: str, blocked: bool = False, **units: int) -> Product:
    ratios = ((unit, D(1)), *((other, D(ratio)) for other, ratio in units.items()))
    return Product(code, name, unit, ratios, D(price), blocked)


PRODUCTS = (
    _product("SCR-M8X40", "Hex screw M8x40", "0.0275", "H87", XBX=100),
    _product("CHN-08-GAL", "Chain 8 mm galvanised", "6.4", "MTR"),
    _product("PNT-RAL7016", "Paint anthracite", "9.98", "LTR", XCI=5),
    _product("GLV-NIT-09", "Nitrile gloves size 9", "3.5", "PR", XCT=12),
    _product("GRS-EP2", "Grease EP2", "11.2", "KGM"),
    _product("ANC-15", "Anchor 15 kg", "189", "H87"),
    _product("ROP-PP-14", "Rope PP 14 mm", "1.4", "MTR", XCL=220),
    _product("LMP-060", "Lamp 60 W (gone)", "4", "H87", blocked=True),
)
PRODUCT = {product.code: product for product in PRODUCTS}

# What a line may take, in turn: product, unit sold, quantity.
_SOLD = (
    *(("SCR-M8X40", "H87", "2500"), ("CHN-08-GAL", "MTR", "12.5"), ("PNT-RAL7016", "XCI", "4")),
    *(
        ("GLV-NIT-09", "XCT", "6"),
        ("GRS-EP2", "KGM", "0.75"),
        ("ANC-15", "H87", "2"),
        ("ROP-PP-14", "XCL", "8"),
    ),
    *(
        ("SCR-M8X40", "XBX", "30"),
        ("CHN-08-GAL", "MTR", "0.3"),
        ("GLV-NIT-09", "PR", "10"),
        ("GRS-EP2", "KGM", "1.1"),
    ),
)
_DISCOUNTS = (D(0), D(0), D(5), D("12.5"))
STATES = ("confirmed", "partly_shipped", "shipped", "completed", "cancelled", "on_hold")
CARRIERS = ("NORDPOST", "KURIER7")
NUMBER_OF_ORDERS = 36
RATES = {"V19": D(19), "V07": D(7), "ECO": D("1.5"), "V00": D(0)}


def ratio(product: str, unit: str) -> Decimal:
    """How many base units one unit sold is."""
    return dict(PRODUCT[product].units)[unit]


def taxes(customer: str, product: str) -> tuple[str, ...]:
    """The tax codes of a line; two on what carries the eco levy."""
    country = next(c.bill_to.country for c in CUSTOMERS if c.code == customer)
    if country != "DE":
        return ("V00",)
    return {"PNT-RAL7016": ("V19", "ECO"), "GLV-NIT-09": ("V07",)}.get(product, ("V19",))


def tax_of(customer: str, line: Line) -> Decimal:
    percent = sum(RATES[code] for code in taxes(customer, line.product))
    return (line.amount * percent / 100).quantize(CENT, ROUND_HALF_UP)


def _line(n: int, k: int, state: str) -> Line:
    product, unit, quantity = _SOLD[(n * 3 + k * 4) % len(_SOLD)]
    ordered, price = D(quantity), PRODUCT[product].price * ratio(product, unit)
    discount = _DISCOUNTS[(n + k) % 4]
    cancelled = {"cancelled": ordered}.get(state, ZERO)
    if n in {9, 21} and k == 0:
        cancelled = ordered / 2  # half was cancelled, the rest has gone out
    goes_out = {"shipped": ordered - cancelled, "completed": ordered}.get(state, ZERO)
    if state == "partly_shipped" and k == 0:
        goes_out = ordered / 2
    invoiced = goes_out if state == "completed" or n in {8, 20} else ZERO
    returned = goes_out / 2 if n in {4, 15} and k == 0 else ZERO
    amount = amount_of(ordered - cancelled, price, discount)
    return Line(
        k + 1, product, ordered, unit, price, discount, amount, goes_out, invoiced, cancelled, returned
    )


def _net(lines: tuple[Line, ...], counted: dict[int, Decimal]) -> Decimal:
    return sum(
        (amount_of(counted[at.position], at.price, at.discount) for at in lines if at.position in counted),
        ZERO,
    )


def orders(
    *,
    order: Callable[[int], str],
    shipment: Callable[[int], str],
    invoice: Callable[[int], str],
    returned: Callable[[int], str],
    position: Callable[[int], int] = lambda k: k,
    with_tax: bool = True,
) -> dict[str, Order]:
    """All orders under the numbers and line positions of one system."""
    shipments, invoices, returns = count(1), count(1), count(1)
    told: dict[str, Order] = {}
    for n in range(1, NUMBER_OF_ORDERS + 1):
        state, customer = STATES[(n - 1) % 6], CUSTOMERS[n % len(CUSTOMERS)]
        day = date(2026, 1, 5) + timedelta(days=3 * n)
        lines = tuple(
            replace(at, position=position(at.position))
            for at in (_line(n, k, state) for k in range(1 + n % 4))
        )
        gone = {at.position: at.shipped for at in lines if at.shipped}
        parcels = [gone] if state != "shipped" or n == 9 else [{p: q / 2 for p, q in gone.items()}] * 2
        sent = tuple(
            Shipment(
                shipment(next(shipments)),
                day + timedelta(days=4 + i),
                CARRIERS[n % 2],
                tuple(f"TRK{n:04d}{i}{letter}" for letter in ("AB" if n == 3 and i == 0 else "A")),
                tuple(parcel.items()),
            )
            for i, parcel in enumerate(parcels)
            if parcel
        )
        back = {at.position: at.returned for at in lines if at.returned}
        billed = {at.position: at.invoiced for at in lines if at.invoiced}
        papers = []
        if billed:
            papers.append(
                Invoice(
                    invoice(next(invoices)),
                    "invoice",
                    day + timedelta(days=6),
                    tuple(billed.items()),
                    _net(lines, billed),
                )
            )
        if back and billed:
            papers.append(
                Invoice(
                    invoice(next(invoices)),
                    "credit_note",
                    day + timedelta(days=20),
                    tuple(back.items()),
                    _net(lines, back),
                )
            )
        net = sum((at.amount for at in lines), ZERO)
        tax = sum((tax_of(customer.code, at) for at in lines), ZERO) if with_tax else None
        told[order(n)] = Order(
            order(n),
            customer.code,
            {5: None, 7: "Bestellung Ü-7/26"}.get(n, f"PO-{4500000 + 17 * n}"),
            day,
            None if n % 6 == 5 else day + timedelta(days=10),
            customer.currency,
            state,
            customer.ship_to[n % len(customer.ship_to)],
            lines,
            net,
            tax,
            None if tax is None else net + tax,
            sent,
            tuple(papers),
            (Return(returned(next(returns)), day + timedelta(days=15), tuple(back.items())),) if back else (),
        )
    return told


def facts(told: dict[str, Order]) -> Facts:
    return Facts(
        {customer.code: customer for customer in CUSTOMERS},
        {supplier.code: supplier for supplier in SUPPLIERS},
        PRODUCT,
        told,
    )
