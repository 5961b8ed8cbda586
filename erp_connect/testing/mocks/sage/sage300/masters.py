"""Resources that are put, patched and deleted: what they have in common, and those that are codes and no more."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from ...business.masters import Code, Location, PaymentTerms, Unit
from ...business.tables import Table
from .properties import Property, blank, choice, number, text
from .refusing import Refused
from .resources import ALL_VERBS, Desk, Resource


class Master(Resource):
    """A resource with all verbs over the rows of one table."""

    verbs = ALL_VERBS
    needed: ClassVar[tuple[str, ...]] = ()
    """Properties that must not be blank, besides the keys."""

    @abstractmethod
    def table(self, desk: Desk) -> Table[Any]:
        """Its table."""

    @abstractmethod
    def code(self, values: Mapping[str, Any]) -> str:
        """Under which number or code the table keeps the row of these keys."""

    @abstractmethod
    def stored(self, desk: Desk, row: Any | None, values: dict[str, Any]) -> Any:
        """The row with the values put into it; a new one where there is none."""

    def rows(self, desk: Desk) -> Iterable[Any]:
        """All rows, by their code."""
        table = self.table(desk)
        code = table.indexes[table.unique]
        return sorted(table, key=lambda row: str(code(row)))

    def found(self, desk: Desk, equals: Mapping[str, Any]) -> Iterable[Any]:
        """The row of a key, or all."""
        if not all(isinstance(equals.get(name), str) for name in self.keys):
            return self.rows(desk)
        table = self.table(desk)
        return table.where(table.unique, self.code(equals))

    def create(self, desk: Desk, values: dict[str, Any]) -> Any:
        """A new row; keys that the client chooses must be there."""
        if not all(values.get(name) for name in self.keys):
            raise Refused("InvalidPayload", f"The key {', '.join(self.keys)} is missing.")
        row = self.stored(desk, None, self._sound(desk, values))
        return self.table(desk).add(row)

    def replace(self, desk: Desk, row: Any, values: dict[str, Any]) -> None:
        """What was sent; what was not goes back to what it is in a new row."""
        whole = {each.name: _fresh(each) for each in self.properties.values() if each.writable}
        self.change(desk, row, whole | self._keys_kept(desk, row, values))

    def change(self, desk: Desk, row: Any, values: dict[str, Any]) -> None:
        """What was sent."""
        kept = self._keys_kept(desk, row, values)
        self.table(desk).put(self.stored(desk, row, self._sound(desk, kept, new=False)))

    def remove(self, desk: Desk, row: Any) -> None:
        """Delete the row."""
        self.table(desk).remove(row.id)

    def _keys_kept(self, desk: Desk, row: Any, values: dict[str, Any]) -> dict[str, Any]:
        for name in self.keys:
            own = self.properties[name].read(desk, row)
            if values.get(name, own) != own:
                raise Refused("InvalidPayload", f"The key {name} cannot be changed.")
            values = {**values, name: own}
        return values

    def _sound(self, desk: Desk, values: dict[str, Any], *, new: bool = True) -> dict[str, Any]:
        for name in self.needed:
            if not values.get(name, "" if new else "kept"):
                raise Refused("RecordInvalid", f"{name} cannot be blank.")
        return values


def _fresh(property: Property) -> Any:
    return () if property.type == "details" else blank(property)


class Codes(Master):
    """Codes with a name and fields that no rule looks at."""

    titled: ClassVar[str]
    """The property that holds the name."""
    label: ClassVar[str]
    """What the table is called in the company."""
    fields: ClassVar[tuple[Property, ...]] = ()

    def described(self) -> Iterable[Property]:
        """Its properties."""
        return [text(self.keys[0], 12, "code"), text(self.titled, 60, "name"), *self.fields]

    def table(self, desk: Desk) -> Table[Any]:
        """The company's further table of this label."""
        return desk.company.codes(self.label)

    def code(self, values: Mapping[str, Any]) -> str:
        """The code itself."""
        return str(values[self.keys[0]])

    def stored(self, desk: Desk, row: Any | None, values: dict[str, Any]) -> Any:
        """The code with its fields."""
        base = self.fresh() if row is None else row
        more = {name: value for name, value in values.items() if name in {each.name for each in self.fields}}
        return replace(
            base,
            code=values[self.keys[0]],
            name=values.get(self.titled, base.name),
            extras={**base.extras, **more},
        )

    def fresh(self) -> Code:
        """A blank row of the table."""
        return Code()


def _with_address(*names: str) -> tuple[Property, ...]:
    return tuple(text(name, 60) for name in names)


_STATUS = choice("Status", ("Active", "Inactive"))
_PLACE = (
    *("AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "City", "StateProvince"),
    *("ZipPostalCode", "Country", "PhoneNumber", "FaxNumber", "Contact"),
)


class ShipViaCodes(Codes):
    """Carriers."""

    module, name, keys = "OE", "OEShipViaCodes", ("Code",)
    titled, label = "Name", "Ship-via code"
    fields = _with_address(*_PLACE, "Comment")

    def table(self, desk: Desk) -> Table[Any]:
        """The company's carriers."""
        return desk.company.agents


class MiscellaneousCharges(Codes):
    """Charges that are no items."""

    module, name, keys = "OE", "OEMiscellaneousCharges", ("MiscellaneousChargesCode",)
    titled, label = "Description", "Miscellaneous charge"
    fields = (number("Amount"),)


class CustomerGroups(Codes):
    """Groups of customers."""

    module, name, keys = "AR", "ARCustomerGroups", ("GroupCode",)
    titled, label = "Description", "Customer group"
    fields = (_STATUS,)


class Terms(Codes):
    """Terms of payment."""

    module, name, keys = "AR", "ARTerms", ("TermsCode",)
    titled, label = "Description", "Terms code"

    def table(self, desk: Desk) -> Table[Any]:
        """The company's terms of payment."""
        return desk.company.payment_terms

    def fresh(self) -> Code:
        """New terms."""
        return PaymentTerms()


class Salespersons(Codes):
    """Who sells."""

    module, name, keys = "AR", "ARSalespersons", ("SalespersonCode",)
    titled, label = "Name", "Salesperson"
    fields = (_STATUS,)


class PriceLists(Codes):
    """Price lists."""

    module, name, keys = "IC", "ICPriceListCodes", ("PriceListCode",)
    titled, label = "Description", "Price list"


class Categories(Codes):
    """Categories of items."""

    module, name, keys = "IC", "ICCategories", ("CategoryCode",)
    titled, label = "Description", "Category"


class UnitsOfMeasure(Codes):
    """Units of measure."""

    module, name, keys = "IC", "ICUnitsOfMeasure", ("UnitOfMeasure",)
    titled, label = "Description", "Unit of measure"
    fields = (number("DefaultConversionFactor"),)

    def table(self, desk: Desk) -> Table[Any]:
        """The company's units."""
        return desk.company.units

    def fresh(self) -> Code:
        """A new unit."""
        return Unit()


class Locations(Codes):
    """Warehouses."""

    module, name, keys = "IC", "ICLocations", ("LocationKey",)
    titled, label = "Name", "Location"
    fields = (*_with_address(*_PLACE), _STATUS)

    def table(self, desk: Desk) -> Table[Any]:
        """The company's warehouses."""
        return desk.company.locations

    def fresh(self) -> Code:
        """A new warehouse."""
        return Location()


class CompanyProfile(Resource):
    """The company itself."""

    module, name, keys = "CS", "CSCompanyProfile", ("CompanyID",)

    def described(self) -> Iterable[Property]:
        """Its properties."""
        return [
            text("CompanyID", 6, "name", writable=False),
            text("Name", 60, "display_name", writable=False),
            text("HomeCurrency", 3, "currency", writable=False),
        ]

    def rows(self, desk: Desk) -> Iterable[Any]:
        """The one company."""
        return [desk.company]
