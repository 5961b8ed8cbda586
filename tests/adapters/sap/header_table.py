"""The header table of purchase orders, which the mock does not serve: read from its purchase orders (sap.md 2.16)."""

import re

from erp_connect.testing.mocks.sap import rfc

WIDTHS = {"EBELN": 10, "BSTYP": 1, "LIFNR": 10, "EKORG": 4, "BEDAT": 8, "UNSEZ": 12, "IHREZ": 12}
SIGNS = {
    "=": lambda is_, said: is_ == said,
    ">": lambda is_, said: is_ > said,
    ">=": lambda is_, said: is_ >= said,
    "<=": lambda is_, said: is_ <= said,
}
ONE = re.compile(r"^([A-Z]+) (=|>=|<=|>) '([^']*)'$")


def with_header_table(world, columns=tuple(WIDTHS)):
    """A connection on which EKKO can be read too, with these columns."""

    class Connection(rfc.connect_to(world)):
        def call(self, function, *args, **parameters):
            if (function, parameters.get("QUERY_TABLE")) != ("RFC_READ_TABLE", "EKKO"):
                return super().call(function, *args, **parameters)
            names = [field["FIELDNAME"] for field in parameters["FIELDS"]]
            if not set(names) <= set(columns):
                return super().call(function, *args, **parameters)  # refused: there is no such table
            rows = [] if parameters.get("NO_DATA") else _rows(world, parameters["OPTIONS"])
            return _answer(names, rows[: parameters.get("ROWCOUNT") or None])

    return Connection


def _rows(world, options):
    wanted = [ONE.match(each).groups() for each in "".join(o["TEXT"] for o in options).strip().split(" AND ")]
    rows = [_row(order) for _, order in sorted(world.purchase_orders.items())]
    return [row for row in rows if all(SIGNS[sign](row[column], said) for column, sign, said in wanted)]


def _row(order):
    fields = order.fields
    return {
        "EBELN": order.number,
        "BSTYP": "F",
        "LIFNR": order.supplier,
        "EKORG": fields["PurchasingOrganization"],
        "BEDAT": fields["PurchaseOrderDate"],
        "UNSEZ": fields.get("OUR_REF", ""),
        "IHREZ": fields.get("REF_1", ""),
    }


def _answer(names, rows):
    described, offset = [], 0
    for name in names:
        described.append(
            {"FIELDNAME": name, "OFFSET": f"{offset:06d}", "LENGTH": f"{WIDTHS[name]:06d}", "TYPE": "C"}
        )
        offset += WIDTHS[name]
    lines = ["".join(row[name].ljust(WIDTHS[name]) for name in names) for row in rows]
    return {"FIELDS": described, "OPTIONS": [], "DATA": [{"WA": line} for line in lines]}
