"""What the rules need to know, gathered for a whole block of orders by a handful of statements.

Reading for a write locks what the write will change: stock records, and customers with a credit limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ...models import Money, OrderFields, Product, Ref
from ...rules.facts import Facts, Party, PriceEntry, PriceList
from ...wire.sql import among, rows_of
from .mapping_masters import CUSTOMERS, PRICE_COLUMNS, PRODUCTS, SUPPLIERS, price_entry
from .mapping_orders import Side
from .office import Office
from .reading import in_portions, native_ids
from .schema import ORDERS, PARTIES, PRICES, PRODUCT_CODES
from .schema import PRODUCTS as PRODUCT_TABLE
from .stock import CLOSED, StockRows

ZERO: Final = Decimal(0)
SUGGESTED: Final = 20
"""Unknown codes of a block for which the nearest ones are looked up."""
Said = str | Ref


class Known:
    """What is on file for some orders; it moves along while they are entered one after the other."""

    def __init__(self, connection: Connection, office: Office, side: Side[Any, Any], *, lock: bool) -> None:
        self._connection = connection
        self._office = office
        self._side = side
        self._lock = lock
        self._parties: dict[str, Party] = {}
        self._parties_by_id: dict[str, Party] = {}
        self._by_code: dict[str, Product] = {}
        self._by_id: dict[str, Product] = {}
        self._prices: Sequence[PriceEntry] = ()
        self._credit: dict[str, Decimal] = {}
        self._near: dict[str, Sequence[str]] = {}
        self._today = office.today()
        self._usual: dict[Said, Facts] = {}
        self.stock = StockRows()

    @classmethod
    def of(
        cls,
        connection: Connection,
        office: Office,
        side: Side[Any, Any],
        *,
        parties: Iterable[Said],
        products: Iterable[Said | None],
        unpriced: Iterable[Said] | None = None,
        lock: bool = True,
    ) -> Known:
        """All that is on file for these parties and products.

        ``unpriced`` are those of which somebody will ask for the price (left out: all).
        """
        known = cls(connection, office, side, lock=lock)
        asked = {said for said in products if said is not None}
        known._load_parties(set(parties))
        known._load_products(asked)
        if side.book == "orders":
            asked_for = known._by_key()
            if unpriced is not None:
                found = {known.product(said) for said in set(unpriced)}
                asked_for = {int(product.id): product for product in found if product is not None}
            known._prices = prices_of(connection, asked_for, known._parties_by_id.values())
            known.load_stock(connection)
            known._load_credit()
        return known

    def load_stock(self, connection: Connection) -> StockRows:
        """The stock of all these products; purchases ask for it only when goods arrive."""
        self.stock = StockRows.of(connection, self._by_key(), lock=self._lock)
        return self.stock

    def _by_key(self) -> dict[int, Product]:
        return {int(product.id): product for product in self.all_products()}

    def all_products(self) -> Iterable[Product]:
        """Every product that was found, once."""
        return {product.id: product for product in (*self._by_code.values(), *self._by_id.values())}.values()

    def product(self, said: Said) -> Product | None:
        """The product that a draft means."""
        return self._by_id.get(said.id) if isinstance(said, Ref) else self._by_code.get(said)

    def product_key(self, number: str | None) -> int | None:
        """The key of the product with this number."""
        found = self._by_code.get(number) if number is not None else None
        return None if found is None else int(found.id)

    @property
    def products(self) -> Mapping[str, Product]:
        """The products by everything that they were called, and by number."""
        return self._by_code

    def party(self, said: Said) -> Party | None:
        """The customer or supplier that a draft means."""
        return self._parties_by_id.get(said.id) if isinstance(said, Ref) else self._parties.get(said)

    def facts(self, party: Said, products: Iterable[Said | None] = ()) -> Facts:
        """The facts for one order of this party; ``products`` are what its draft says."""
        refs = {said.id for said in products if isinstance(said, Ref)}
        if not refs and party in self._usual:
            return self._usual[party]
        known = self.party(party)
        by_code: Mapping[str, Product] = self._by_code
        if refs:
            by_code = {**by_code, **{id: self._by_id[id] for id in refs if id in self._by_id}}
        facts = Facts(
            today=self._today,
            party=known,
            products=by_code,
            prices=self._prices,
            stock=self.stock.levels,
            currency=self._office.info.currency,
            policy=self._office.policy,
            credit_used=self._used(known),
            suggestions=self._near,
        )
        if not refs and facts.credit_used is None:
            self._usual[party] = (
                facts  # all else in it is the same for the whole block, or moves along by itself
            )
        return facts

    def count(self, before: OrderFields | None, after: OrderFields) -> None:
        """Stock and credit as they stand once ``after`` is stored in the place of ``before``."""
        self.stock.weigh(before, after, self._by_code)
        id = getattr(after, f"{self._side.party}_id")
        if id in self._credit:
            currency = _credit_currency(self._parties_by_id[id], self._office)
            self._credit[id] += _weight(after, currency) - (
                _weight(before, currency) if before is not None else ZERO
            )

    # -- loading -------------------------------------------------------------------------------------------

    def _load_parties(self, said: set[Said]) -> None:
        mapping: Any = CUSTOMERS if self._side.party == "customer" else SUPPLIERS
        numbers = sorted(each for each in said if isinstance(each, str))
        ids = sorted(native_ids([each.id for each in said if isinstance(each, Ref)]))
        for column, values in ((PARTIES.c.number, numbers), (PARTIES.c.id, ids)):
            for portion in in_portions(values):
                wanted = sa.select(*mapping.columns).where(
                    PARTIES.c.kind == self._side.party, among(self._connection, column, portion)
                )
                for row in rows_of(self._connection, wanted):
                    party = mapping.read(row, None)
                    self._parties[party.number] = self._parties_by_id[party.id] = party
        for number in [number for number in numbers if number not in self._parties][:SUGGESTED]:
            near = PARTIES.c.kind == self._side.party
            self._near[number] = nearest(self._connection, PARTIES.c.number, number, near)

    def _load_products(self, said: set[Said]) -> None:
        codes = sorted(each for each in said if isinstance(each, str))
        ids = sorted(native_ids([each.id for each in said if isinstance(each, Ref)]))
        by_code, by_id = products_by(self._connection, codes, ids)
        self._by_code |= by_code
        self._by_id |= by_id
        for product in list(self.all_products()):
            self._by_code.setdefault(product.number or product.id, product)
        for code in [code for code in codes if code not in self._by_code][:SUGGESTED]:
            self._near[code] = nearest(self._connection, PRODUCT_TABLE.c.number, code)

    def _load_credit(self) -> None:
        limited = {id: each for id, each in self._parties_by_id.items() if each.credit_limit is not None}
        keys = sorted(int(id) for id in limited)
        if not keys:
            return
        if self._lock:
            for portion in in_portions(keys):
                rows = (
                    sa.select(PARTIES.c.id)
                    .where(among(self._connection, PARTIES.c.id, portion))
                    .order_by(PARTIES.c.id)
                )
                self._connection.execute(rows.with_for_update()).all()
        self._credit = credit_used(self._connection, self._office, limited)

    def _used(self, party: Party | None) -> Money | None:
        if party is None or party.id not in self._credit:
            return None
        return Money.trusted(amount=self._credit[party.id], currency=_credit_currency(party, self._office))


def _credit_currency(party: Party, office: Office) -> str:
    if party.credit_limit is not None:
        return party.credit_limit.currency
    return party.currency or office.info.currency or ""


def _weight(order: OrderFields, currency: str) -> Decimal:
    value = order.gross or order.net
    if value is None or value.currency != currency or order.status in CLOSED:
        return ZERO
    return value.amount


def credit_used(connection: Connection, office: Office, parties: Mapping[str, Party]) -> dict[str, Decimal]:
    """What the open orders of these customers (by id) come to, each in the currency of the credit limit."""
    used = dict.fromkeys(parties, ZERO)
    currencies = {id: _credit_currency(party, office) for id, party in parties.items()}
    adds_up = connection.dialect.name != "sqlite"  # its decimals are text, which it would add up as floats
    worth: Sequence[sa.ColumnElement[Any]] = (ORDERS.c.gross, ORDERS.c.net)
    if adds_up:
        worth = [sa.func.sum(sa.func.coalesce(*worth), type_=ORDERS.c.net.type)]
    for portion in in_portions(sorted(int(id) for id in parties)):
        wanted = sa.select(ORDERS.c.party_id, ORDERS.c.currency, *worth).where(
            among(connection, ORDERS.c.party_id, portion), ORDERS.c.is_open
        )
        if adds_up:
            wanted = wanted.group_by(ORDERS.c.party_id, ORDERS.c.currency)
        for party_id, currency, *amounts in rows_of(connection, wanted):
            id = str(party_id)
            if currency == currencies[id]:
                used[id] += next((amount for amount in amounts if amount is not None), ZERO)
    return used


def products_by(
    connection: Connection, codes: Sequence[str], ids: Sequence[int] = ()
) -> tuple[dict[str, Product], dict[str, Product]]:
    """The products by any of these codes, and by id.  A product's own number goes before others' codes."""
    by_code: dict[str, Product] = {}
    by_id: dict[str, Product] = {}
    columns = PRODUCTS.columns
    for portion in in_portions(codes):
        numbered = sa.select(*columns).where(among(connection, PRODUCT_TABLE.c.number, portion))
        for row in rows_of(connection, numbered):
            product = PRODUCTS.read(row, None)
            by_code[product.number or ""] = product
    for portion in in_portions([code for code in codes if code not in by_code]):
        wanted = (
            sa.select(*columns, PRODUCT_CODES.c.value)
            .join_from(PRODUCT_TABLE, PRODUCT_CODES)
            .where(among(connection, PRODUCT_CODES.c.value, portion))
            .order_by(PRODUCT_CODES.c.product_id, PRODUCT_CODES.c.position)
        )
        for row in rows_of(connection, wanted):
            by_code.setdefault(row[PRODUCTS.width], PRODUCTS.read(row, None))
    for portion in in_portions(ids):
        for row in rows_of(
            connection, sa.select(*columns).where(among(connection, PRODUCT_TABLE.c.id, portion))
        ):
            product = PRODUCTS.read(row, None)
            by_id[product.id] = product
    return by_code, by_id


def prices_of(
    connection: Connection, products: Mapping[int, Product], parties: Iterable[Party]
) -> Sequence[PriceEntry]:
    """The price lists of these products (by key) that can matter to these customers."""
    entries: list[PriceEntry] = []
    numbers = {key: product.number or product.id for key, product in products.items()}
    customers = {int(party.id): party.number for party in parties}
    columns = [PRICES.c[name] for name in PRICE_COLUMNS]
    mine: sa.ColumnElement[bool] = PRICES.c.party_id.is_(None)
    if len(customers) <= 500:
        mine = sa.or_(mine, among(connection, PRICES.c.party_id, sorted(customers)))
    for portion in in_portions(sorted(products)):
        wanted = sa.select(*columns, PRICES.c.product_id, PRICES.c.party_id).where(
            among(connection, PRICES.c.product_id, portion), mine if len(customers) <= 500 else sa.true()
        )
        for row in rows_of(connection, wanted):
            product_id, party_id = row[-2:]
            customer = customers.get(party_id) if party_id is not None else None
            if party_id is None or customer is not None:
                entries.append(price_entry(numbers[product_id], customer, row))
    return PriceList(entries)


def nearest(
    connection: Connection, column: sa.Column[Any], said: str, *conditions: sa.ColumnElement[bool]
) -> Sequence[str]:
    """The codes on file that come nearest to one that is not, at most three of those that begin alike."""
    for length in (3, 1):
        begin = said[:length]
        wanted = (
            sa.select(column)
            .where(column >= begin, column < f"{begin}\U0010fffd", *conditions)
            .order_by(column)
            .limit(200)
        )
        near = get_close_matches(said, connection.execute(wanted).scalars().all(), n=3, cutoff=0.7)
        if near:
            return near
    return ()
