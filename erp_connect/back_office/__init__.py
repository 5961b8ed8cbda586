"""What a company without an ERP does besides its orders: settings, stock counts, price lists, invoices.

An ERP keeps all of this itself, so the client has no verbs for it.  Who runs on our own SQL schema does it here, and
the memory adapter offers the same, so that a test written on ``memory://`` holds on a database too.
"""

from ..rules.back_office import CompanySettings
from ..rules.facts import PriceEntry, StockLevel
from .office import BackOffice
from .settings import init

__all__ = ["BackOffice", "CompanySettings", "PriceEntry", "StockLevel", "init"]
