"""Creating an order: the create module and the COMMIT on one session (sap.md 2.1, 2.3, 2.19)."""

from __future__ import annotations

from typing import Any, Final

from ....models import Order, OrderDraft
from ...contract import Write, Written
from ..conventions import shown_key
from ..messages import INCOMPLETE, SAVED, Message, messages_in, worth_telling
from . import modules
from .finding import Finding
from .mapping_drafts import create_parameters

OPERATION: Final = "orders.create"


class Creating(Finding):
    """The order book with ``create``."""

    def create(self, draft: OrderDraft, write: Write) -> Written[Order]:
        """Create one order, with ``write.stamp`` in its second reference.

        Decided by the number and "saved", not by the worst message: user exits put errors beside it, and an order
        with gaps is saved with a warning (sap.md 2.3, 2.18).  Up to the COMMIT nothing can be kept by the system, so
        whatever goes wrong before is ``not_applied``; the number is told to ``write.made`` first, and a COMMIT
        without an answer is ``unknown``.
        """

        def numbered(answer: dict[str, Any]) -> tuple[str, tuple[Message, ...]]:
            said = messages_in(answer["RETURN"])
            number = str(answer["SALESDOCUMENT"]).strip()
            saved = any(each.ident == SAVED for each in said)
            if not number or any(each.ends or (each.refuses and not saved) for each in said):
                raise self.office.meanings.refusal(said, operation=OPERATION)
            id = shown_key(number)
            write.made(id, id)
            return id, said

        parameters = create_parameters(draft, write.stamp, self.office)
        (id, said), beside = self.office.saved(
            modules.CREATE, write, numbered, step="commit the order", **parameters
        )
        said += beside
        return Written(
            id=id,
            complete=all(each.ident != INCOMPLETE for each in said),
            warnings=worth_telling(each for each in said if each.ident != INCOMPLETE),
        )
