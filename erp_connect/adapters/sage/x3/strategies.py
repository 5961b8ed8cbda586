"""How a site has something done that no operation does (sage.md 2.14)."""

from __future__ import annotations

from .office import Office

__all__ = ["Strategy"]


class Strategy:
    """How a site has something done that no operation does: ``action:CODE`` or ``run:SERVICE(PARAMETER)`` (2.14)."""

    def __init__(self, said: str) -> None:
        self.how, _, rest = said.partition(":")
        self.name, _, parameter = rest.partition("(")
        self.parameter = parameter.rstrip(")")

    def carry_out(self, office: Office, kind: str, key: str, operation: str) -> tuple[str, ...]:
        """Do it to a record that the caller has announced; what X3 says besides."""
        if self.how == "action":
            return office.press(kind, key, self.name, operation).notes
        if self.how == "run":
            office.run(self.name, {self.parameter or office.shape(kind).key: key}, operation, writes=True)
        elif self.how == "delete":
            office.delete(kind, key, operation)
        return ()
