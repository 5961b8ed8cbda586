"""What a group of entity sets can do with a company's rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...business.company import Company
from ...odata.errors import not_allowed
from ...odata.model import Model
from ...odata.source import Row
from .settings import Settings


class Book:
    """Entity sets of one kind.  What a book does not do is refused as the set's own method not allowed."""

    def __init__(self, settings: Settings, model: Model) -> None:
        self.settings, self.model = settings, model

    def rows(self, company: Company, name: str, where: Mapping[str, Any]) -> Iterable[Row]:
        """The rows of a set in one company; ``where`` may be used to look them up."""
        raise NotImplementedError

    def create(self, company: Company, name: str, sent: Row) -> Row:
        """A new entity, as it is stored."""
        raise not_allowed(f"{name} cannot be created")

    def change(self, company: Company, name: str, row: Row, sent: Row) -> None:
        """Change what was sent."""
        raise not_allowed(f"{name} cannot be changed")

    def remove(self, company: Company, name: str, row: Row) -> None:
        """Delete an entity."""
        raise not_allowed(f"{name} cannot be deleted")
