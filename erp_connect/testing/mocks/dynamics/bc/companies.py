"""``companies``, ``$metadata`` and the service document: what there is before a company is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ...business.company import Company
from ...odata.calls import Call, Reply, Segment
from ...odata.errors import ODataError, malformed, no_such, not_allowed
from ...odata.model import Model
from ...odata.reading import Reading
from ...odata.server import Resource, Service
from ...odata.source import Row, Source
from .reading import ApiAnnotations, BlankReading, is_guid
from .refusing import not_found, shown
from .settings import Settings


def company_row(company: Company, version: int = 26) -> Row:
    """A company as the list of companies shows it."""
    return {
        "id": company.id,
        "@version": 1,
        "systemVersion": f"{version}.0.0.0",
        "name": company.name,
        "displayName": company.display_name,
        "businessProfileId": "",
        "systemCreatedAt": company.created,
        "systemModifiedAt": company.created,
    }


class CompanyList(Service):
    """``companies`` and ``$metadata``: what there is before a company is chosen."""

    unknown_options_ignored = True

    def __init__(self, companies: Callable[[], Iterable[Company]], settings: Settings, model: Model) -> None:
        super().__init__(model)
        self.companies, self.settings = companies, settings
        self.annotations = ApiAnnotations(model)

    @contextmanager
    def open(self, call: Call) -> Iterator[Source]:
        """The list as it is."""
        yield _Companies(self.companies, self.settings.version)

    def reading(self, call: Call, source: Source) -> Reading:
        """Rows in this product's form."""
        return BlankReading(self.model, source, call.root)

    def refusal(self, error: ODataError, call: Call) -> Reply:
        """A refusal in this product's words."""
        segment = call.path.partition("/")[0].partition("(")[0]
        return self.json(error.status, shown(error, "company", segment), call)

    def _resolved(self, parts: list[Segment], reading: Reading) -> Resource:
        if parts[0].name != "companies":
            raise no_such("resource", parts[0].name)
        if not is_guid(parts[0].brackets):
            raise malformed("The GUID is not valid.")
        return super()._resolved(parts, reading)


class _Companies:
    def __init__(self, companies: Callable[[], Iterable[Company]], version: int) -> None:
        self.companies, self.version = companies, version

    def rows(self, entity_set: str, where: Mapping[str, Any]) -> Iterable[Row]:
        return (company_row(company, self.version) for company in self.companies())

    listed = rows

    def create(self, entity_set: str, sent: Row) -> Row:
        raise not_allowed("'POST' requests for 'companies' of EdmType 'Entity' are not allowed.")

    def change(self, entity_set: str, row: Row, sent: Row) -> None:
        raise not_allowed("companies cannot be changed")

    def remove(self, entity_set: str, row: Row) -> None:
        raise not_allowed("companies cannot be deleted")

    def call(self, operation: str, arguments: Row) -> Row:
        raise not_found(operation)
