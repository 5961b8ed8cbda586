"""Adonix' web services as Sage X3 has them, CAdxWebServiceXmlCC of both generations (sage.md 2.1 to 2.11).

``envelopes`` words a call, ``replies`` understands its answer with every message in it, ``streams`` reads and writes
the document within, ``descriptions`` says what a publication consists of, ``interfaces`` which generation answers,
and ``service`` sends.  Nothing here knows an order.
"""

from .descriptions import Block, Description, Field, description_in
from .envelopes import CallContext, Part
from .interfaces import Interface, interface_in
from .replies import Message, Reply, Verdict
from .service import Broken, Fault, Refused, Unanswered, WebService
from .streams import Record, Row, Table, param, record_in, rows_in

__all__ = [
    "Block",
    "Broken",
    "CallContext",
    "Description",
    "Fault",
    "Field",
    "Interface",
    "Message",
    "Part",
    "Record",
    "Refused",
    "Reply",
    "Row",
    "Table",
    "Unanswered",
    "Verdict",
    "WebService",
    "description_in",
    "interface_in",
    "param",
    "record_in",
    "rows_in",
]
