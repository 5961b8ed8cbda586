"""How no write is lost or doubled: intents, leases, recovery, audit trail."""

from .canonical import canonical, draft_text, evened, fingerprint, number, text_of
from .decisions import Rules, Sight
from .deeds import Deed, Look, Settled
from .journal import Journal, as_json
from .records import FREE, OPEN, Entry, State, can_be_kept
from .store import MemoryStore
from .writing import Outcome

__all__ = [
    "FREE",
    "OPEN",
    "Deed",
    "Entry",
    "Journal",
    "Look",
    "MemoryStore",
    "Outcome",
    "Rules",
    "Settled",
    "Sight",
    "State",
    "as_json",
    "can_be_kept",
    "canonical",
    "draft_text",
    "evened",
    "fingerprint",
    "number",
    "text_of",
]
