"""Who may come in over HTTP: user and password, and the page for whoever may not (sap.md 3, 4.7)."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from .world import World


class Doorman:
    """Knows the users of a system; locks one out after so many failures in a row, or never (0)."""

    def __init__(self, world: World, lock_user_after: int) -> None:
        self.world = world
        self._limit = lock_user_after

    def admitted(self, request: Request, default_client: str) -> str | None:
        """The user of a request, in capitals; ``None`` for a wrong logon or another client."""
        user = self._known(request)
        client = request.args.get("sap-client") or default_client or self.world.client
        return user if client == self.world.client else None

    def _known(self, request: Request) -> str | None:
        given = request.authorization
        if given is None or given.type != "basic":
            return None
        user = (given.username or "").upper()
        if self._limit and self.world.failed_logons.get(user, 0) >= self._limit:
            return None
        if self.world.users.get(user) != given.password:
            self.world.failed_logons[user] = self.world.failed_logons.get(user, 0) + 1
            return None
        self.world.failed_logons.pop(user, None)
        return user

    @staticmethod
    def turned_away() -> Response:
        """The page of a logon that failed."""
        page = "<html><head><title>Logon Error Message</title></head><body><h1>401 Unauthorized</h1></body></html>"
        answer = Response(page, 401, mimetype="text/html")
        answer.headers["WWW-Authenticate"] = 'Basic realm="SAP NetWeaver Application Server"'
        return answer
