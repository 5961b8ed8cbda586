"""What a mapped database can do: told from the file alone, and more closely once its columns are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..contract import (
    Capabilities,
    Conditional,
    Cost,
    FieldSupport,
    OnCancel,
    OnCancelLine,
    OperationSupport,
    StampKind,
    StampPolicy,
    Support,
    field_paths,
)
from .file import PAPERS, MappingFile
from .format import AddressKey, AddressParts, OrderRows, Several, Source
from .plans import Field, Plan
from .reading import OrderPlan

SYSTEM: Final = "sql-mapped"
CONCURRENCY: Final = 8
BLOCK: Final = 200
"""Orders that are created in one transaction: it keeps others from a counter's row for a fraction of a second."""
_READS: Final = ("get", "find", "list")
_NOT_WRITABLE: Final = "the connection was not opened with writable=True"
_NO_EVENTS: Final = "foreign tables keep no record of events"
_MASTERS: Final = ("customers", "suppliers", "products")
_LINE_CHANGES: Final[Mapping[str, str]] = {
    "change_quantity": "ordered",
    "change_price": "price",
    "change_discount": "discount",
    "change_warehouse": "warehouse",
    "substitute_product": "product",
}
_RENAMED: Final[Mapping[str, str]] = {"quantity": "ordered"}
_FREE: Final = frozenset({"lines", "expected_price"})


def _none(why: str) -> OperationSupport:
    return OperationSupport(support=Support.NONE, why=why, atomic=False)


def _written(calls: int) -> OperationSupport:
    return OperationSupport(conditional=Conditional.ENFORCED, cost=Cost(calls=calls, per_line=1, read_back=2))


def capabilities(
    file: MappingFile,
    *,
    writable: bool,
    concurrency: int | None = None,
    plans: Mapping[str, OrderPlan[Any, Any]] | None = None,
) -> Capabilities:
    """The capabilities of a mapping; with ``plans`` the discovered ones."""
    operations: dict[str, OperationSupport] = {}
    fields: dict[str, FieldSupport] = {}
    stamps: dict[str, StampPolicy] = {}
    for book in ("orders", "purchase_orders"):
        rows = file.section(book)
        if rows is None:
            operations |= _missing(book, ("create", *_READS, "list_modified", "track", *_CHANGES))
            continue
        operations |= dict(_book(file, book, rows, writable=writable))
        fields |= dict(_fields(file, book, rows, None if plans is None else plans.get(book)))
        stamps[book] = _stamp(rows, None if plans is None else plans.get(book))
    for book in _MASTERS:
        found = file.section(book) is not None
        operations |= (
            {f"{book}.{verb}": OperationSupport() for verb in _READS} if found else _missing(book, _READS)
        )
        why = f"{book} are kept in the ERP itself; a mapping reads them"
        operations |= {f"{book}.{verb}": _none(why) for verb in ("create", "update")}
    for book in PAPERS:
        offered = file.section(book) is not None and file.section(_orders_of(book)) is not None
        operations[f"{book}.of"] = OperationSupport(cost=Cost(calls=3)) if offered else _missing_one(book)
    has_returns = operations["returns.of"].support is not Support.NONE
    operations["returns.get"] = (
        OperationSupport(cost=Cost(calls=2)) if has_returns else _missing_one("returns")
    )
    posting = "goods are posted in the ERP itself; a mapping reads what has moved"
    for name in ("returns.create", "shipments.post", "purchase_orders.confirm", "purchase_orders.receive"):
        operations[name] = _none(posting)
    operations["stock.availability"] = _needing(file, "stock", "products")
    operations["prices.quote"] = _needing(file, "prices", "customers", "products")
    sales = file.orders or file.purchase_orders
    return Capabilities(
        system=SYSTEM,
        operations=operations,
        fields=fields,
        stamps=stamps,
        on_cancel=OnCancel.GONE if _deletes(sales) else OnCancel.KEPT,
        on_cancel_line=_left_of_line(sales),
        block_size=BLOCK if any(_creates(operations, book) for book in ("orders", "purchase_orders")) else 1,
        concurrency=concurrency or CONCURRENCY,
        discovered=plans is not None,
    )


def _creates(operations: Mapping[str, OperationSupport], book: str) -> bool:
    return operations[f"{book}.create"].support is not Support.NONE


_CHANGES: Final = (
    *(
        "change_header",
        "change_quantity",
        "change_price",
        "change_date",
        "change_discount",
        "change_warehouse",
    ),
    *("change_address", "add_note", "add_line", "substitute_product", "split_line", "cancel_line", "cancel"),
    *("hold", "release"),
)


def _orders_of(book: str) -> str:
    return "purchase_orders" if book == "goods_receipts" else "orders"


def _missing_one(book: str) -> OperationSupport:
    return _none(f"the mapping has no section [{book}]")


def _missing(book: str, verbs: tuple[str, ...]) -> dict[str, OperationSupport]:
    return {f"{book}.{verb}": _missing_one(book) for verb in (*verbs,)} | {
        f"{book}.{verb}": _missing_one(book)
        for verb in (("events", "simulate") if book in ("orders", "purchase_orders") else ())
    }


def _needing(file: MappingFile, *books: str) -> OperationSupport:
    for book in books:
        if file.section(book) is None:
            return _missing_one(book)
    return OperationSupport(cost=Cost(calls=len(books)))


def _deletes(rows: OrderRows | None) -> bool:
    return rows is not None and rows.cancel is not None and rows.cancel.delete


def _left_of_line(rows: OrderRows | None) -> OnCancelLine:
    cancel = rows.lines.cancel if rows is not None else None
    return OnCancelLine.GONE if cancel is not None and cancel.delete else OnCancelLine.KEPT


# -- operations ------------------------------------------------------------------------------------------------


def _book(
    file: MappingFile, book: str, rows: OrderRows, *, writable: bool
) -> Iterator[tuple[str, OperationSupport]]:
    for verb in _READS:
        yield f"{book}.{verb}", OperationSupport(cost=Cost(calls=2))
    if "modified_at" in rows.fields:
        yield f"{book}.list_modified", OperationSupport(cost=Cost(calls=2))
    else:
        yield f"{book}.list_modified", _none(f"the mapping has no {book}.fields.modified_at")
    put_together = "put together from the order and its shipments"
    yield f"{book}.track", OperationSupport(support=Support.EMULATED, why=put_together, cost=Cost(calls=5))
    yield f"{book}.events", _none(_NO_EVENTS)
    yield (
        f"{book}.simulate",
        _none("a foreign database is not asked what it would do; the library's rules tell"),
    )
    why = not_written(file, book, rows, writable=writable)
    for verb in ("create", *_CHANGES):
        reason = why or _why_not(book, rows, verb)
        if reason is not None:
            yield f"{book}.{verb}", _none(reason)
        elif verb == "create":
            yield f"{book}.{verb}", OperationSupport(cost=Cost(calls=4, per_line=1, read_back=2))
        elif verb in ("hold", "release"):
            kinds = _kinds_of_hold(rows)
            yield (
                f"{book}.{verb}",
                OperationSupport(conditional=Conditional.ENFORCED, cost=Cost(calls=4), values=kinds),
            )
        else:
            yield f"{book}.{verb}", _written(4)


def not_written(file: MappingFile, book: str, rows: OrderRows, *, writable: bool) -> str | None:
    """Why nothing of a book is written, or ``None``."""
    if not writable:
        return _NOT_WRITABLE
    if rows.read_only:
        return f"the mapping says of {book}: read_only = true"
    if rows.table is None or rows.lines.table is None:
        return f"{book} are read by a query, which cannot be written to"
    for section in ("customers" if book == "orders" else "suppliers", "products"):
        if file.section(section) is None:
            return f"the mapping has no section [{section}], so a write could not be checked"
    return None


def _why_not(book: str, rows: OrderRows, verb: str) -> str | None:
    lines = rows.lines
    if verb in ("create", "add_line", "split_line"):
        missing = [
            name
            for name in ("product", "ordered", "unit")
            if not (_has_place(lines.fields.get(name)) or getattr(lines.fields.get(name), "value", None))
        ]
        if missing:
            return f"{book}.lines.fields.{missing[0]} has no column that could be written"
        if lines.new_key is None and not rows.flat:
            return f"the mapping has no [{book}.lines.new_key]"
        if verb == "create" and rows.new_key is None:
            return f"the mapping has no [{book}.new_key]"
        return None
    if verb in _LINE_CHANGES:
        name = _LINE_CHANGES[verb]
        return None if _has_place(lines.fields.get(name)) else _no_place(f"{book}.lines.fields.{name}")
    if verb == "change_date":
        places = (rows.fields.get("requested"), lines.fields.get("requested"))
        return None if any(map(_has_place, places)) else _no_place(f"{book}.fields.requested")
    if verb == "change_header":
        return None if any(map(_has_place, rows.fields.values())) else _no_place(f"{book}.fields")
    if verb == "change_address":
        return None if _has_place(rows.fields.get("ship_to")) else _no_place(f"{book}.fields.ship_to")
    if verb == "add_note":
        return None if _has_place(rows.fields.get("notes")) else _no_place(f"{book}.fields.notes")
    section, needed = {
        "cancel": (rows.cancel, f"[{book}.cancel]"),
        "cancel_line": (lines.cancel, f"[{book}.lines.cancel]"),
        "hold": (rows.hold, f"[{book}.hold]"),
        "release": (rows.release, f"[{book}.release]"),
    }[verb]
    if section is None:
        return f"the mapping has no {needed}"
    if verb in ("hold", "release") and "holds" not in rows.fields:
        return f"the mapping has no {book}.fields.holds, so a hold could not be read back"
    return None


def _no_place(path: str) -> str:
    return f"the mapping has no column for {path}"


def _has_place(said: Any) -> bool:
    """Whether a field of the file has a column that could be written."""
    if isinstance(said, Source):
        scaled = isinstance(said.divide_by, str) or isinstance(said.multiply_by, str)
        return said.column is not None and not (scaled and said.write_factor is None)
    if isinstance(said, Several):
        return all(source.column is not None for source in said.sources)
    if isinstance(said, AddressParts):
        sources = [*said.parts.values(), *said.lines]
        return any(source.column is not None for source in sources)
    return isinstance(said, AddressKey)


def _kinds_of_hold(rows: OrderRows) -> tuple[str, ...] | None:
    source = rows.fields.get("holds")
    if isinstance(source, Source) and source.codes:
        return tuple(dict.fromkeys(source.codes.values()))
    return None


# -- fields ----------------------------------------------------------------------------------------------------


def _fields(
    file: MappingFile, book: str, rows: OrderRows, plan: OrderPlan[Any, Any] | None
) -> Iterator[tuple[str, FieldSupport]]:
    prefix = book.removesuffix("s")
    for path in field_paths():
        if not path.startswith(f"{prefix}."):
            continue
        name = path.removeprefix(f"{prefix}.")
        of_line = name.startswith("line.")
        inner = name.removeprefix("line.") if of_line else name
        if inner in _FREE:
            continue
        section = rows.lines if of_line else rows
        known = None if plan is None else (plan.lines.plan if of_line else plan.header)
        told = _field(file, book, section, known, _RENAMED.get(inner, inner) if of_line else inner)
        if told is not None:
            yield path, told


def _field(file: MappingFile, book: str, rows: Any, plan: Plan | None, name: str) -> FieldSupport | None:
    where = f"{book}.lines.fields" if rows.__class__.__name__ == "LineRows" else f"{book}.fields"
    if name == "custom":
        places = any(source.column is not None for source in rows.custom.values())
        return (
            None if places else FieldSupport(support=Support.NONE, why=f"the mapping has no {where}.custom")
        )
    if name == "references":
        return None if getattr(rows, "references", ()) else _unheld(f"{book}.references")
    if name == "contact" or name.startswith("contact."):
        name = "contact.name" if name == "contact" else name
    if name == "currency" and "currency" not in rows.fields:
        return FieldSupport(values=(file.currency,)) if file.currency else None
    head, _, part = name.partition(".")
    said = rows.fields.get(name) or rows.fields.get(head)
    if isinstance(said, AddressParts | AddressKey):
        return _address_field(file, said, plan, head, part, f"{where}.{name}")
    if said is None or (part and head != "contact"):
        return _unheld(f"{where}.{name}")
    if isinstance(said, Several):
        return None if _has_place(said) else _unheld(f"{where}.{name}")
    if said.value is not None:
        return FieldSupport(values=(str(said.value),))
    if said.column is None:
        return FieldSupport(support=Support.NONE, why=f"{where}.{name} is an expression, which is only read")
    values = tuple(dict.fromkeys(said.codes.values())) if said.codes is not None else None
    return _limits(None if plan is None else plan.fields.get(name), said, values)


def _unheld(path: str) -> FieldSupport:
    return FieldSupport(support=Support.NONE, why=f"the mapping has no {path}")


def _address_field(
    file: MappingFile, said: AddressParts | AddressKey, plan: Plan | None, head: str, part: str, path: str
) -> FieldSupport | None:
    if not _has_place(said):
        return FieldSupport(support=Support.NONE, why=f"{path} is only read")
    if not part:
        return None
    if isinstance(said, AddressKey):
        section = file.addresses.get(said.section)
        known = section is not None and part in section.fields
        return None if known else _unheld(path)
    if part == "lines":
        return None if said.lines else _unheld(path)
    if part not in said.parts:
        return _unheld(path)
    field = None if plan is None else plan.fields.get(f"{head}.{part}")
    return _limits(field, said.parts[part], None)


def _limits(field: Field | None, source: Source, values: tuple[str, ...] | None) -> FieldSupport:
    column = field.column if field is not None and field.found is None else None
    length = column.length if column is not None else None
    if source.max_length is not None:
        length = source.max_length if length is None else min(length, source.max_length)
    if source.prefix is not None and length is not None:
        length -= len(source.prefix)
    if source.codes is not None or (column is not None and column.kind != "text"):
        length = source.max_length
    scale, whole = source.decimals, None
    if column is not None and column.kind == "decimal" and source.divide_by is None:
        scale = column.scale if scale is None or column.scale is None else min(scale, column.scale)
        if column.precision is not None and column.scale is not None:
            whole = column.precision - column.scale
    if column is not None and column.kind == "integer" and field is not None and field.cell.kind == "decimal":
        scale = _places(source)
        whole = None if column.precision is None or scale is None else max(column.precision - scale, 0)
    if (
        column is not None
        and column.kind == "float"
        and column.precision == 15
        and source.decimals is not None
    ):
        whole = 15 - source.decimals
    support = Support.NATIVE
    case = source.case
    return FieldSupport(
        support=support,
        max_length=length,
        scale=scale,
        integer_digits=whole,
        values=values,
        normalisation=case,
    )


def _places(source: Source) -> int | None:
    """Decimal places of ours that a whole number of theirs holds."""
    if source.divide_by is None:
        return 0
    text = str(source.divide_by)
    return len(text) - 1 if text.rstrip("0") == "1" else None


# -- stamps ----------------------------------------------------------------------------------------------------


def _stamp(rows: OrderRows, plan: OrderPlan[Any, Any] | None) -> StampPolicy:
    theirs = "customer_po" if "customer_po" in rows.fields else "supplier_reference"
    po_source = rows.fields.get(theirs)
    po_field = po_source.column if isinstance(po_source, Source) else None
    source = rows.stamp
    if source is None:
        return StampPolicy(kind=StampKind.NONE, po_field=po_field, searchable=po_source is not None)
    shared = source.shared is not None
    column_name = po_field if shared else source.column
    length, enforced = source.max_length, source.unique and not shared
    if plan is not None:
        field = plan.header.fields.get(source.shared or "stamp")
        if field is not None and field.column is not None and field.column.length is not None:
            length = field.column.length if length is None else min(length, field.column.length)
        table = plan.header.table
        if not shared and field is not None and field.column is not None and table is not None:
            enforced = enforced or frozenset({field.column.name}) in table.unique
    return StampPolicy(
        kind=StampKind.FIELD,
        field=column_name,
        po_field=po_field,
        max_length=length,
        shared=shared,
        searchable=True,
        enforced=enforced,
        execution_window=0.0 if enforced else 60.0,
    )
