"""Function modules that touch no business data: smoke tests, and the end of a unit of work."""

from __future__ import annotations

from datetime import timedelta

from .functions import Values, function_module
from .interface import structure
from .session import Session

_SEEN_BY_TEST = {"RFCFLOAT": 1.0, "RFCINT1": 1, "RFCINT2": 1, "RFCINT4": 1}


def _response(session: Session) -> str:
    now = session.world.now()
    logon = f"{session.world.client}/{session.user}/{session.language}"
    return (
        f"SAP R/3 Rel. 755   Sysid: {session.world.sysid}      Date: {now:%Y%m%d}   Time: {now:%H%M%S}   "
        f"Logon_Data: {logon}"
    )


@function_module("RFC_PING")
def ping(session: Session, given: Values) -> Values:
    """Does nothing, visibly."""
    return {}


@function_module("STFC_CONNECTION")
def connection(session: Session, given: Values) -> Values:
    """Echoes a text."""
    return {"ECHOTEXT": given["REQUTEXT"], "RESPTEXT": _response(session)}


@function_module("STFC_STRUCTURE")
def echo_structure(session: Session, given: Values) -> Values:
    """Echoes a structure, and appends one row to the table: the structure, counted up, at the present time."""
    sent, now = given["IMPORTSTRUCT"], session.world.now()
    appended = sent | {name: sent[name] + step for name, step in _SEEN_BY_TEST.items()}
    appended["RFCINT1"] %= 256
    appended |= {"RFCDATE": f"{now:%Y%m%d}", "RFCTIME": f"{now:%H%M%S}"}
    table = [*given["RFCTABLE"], appended]
    return {"ECHOSTRUCT": sent, "RESPTEXT": _response(session), "RFCTABLE": table}


@function_module("RFC_SYSTEM_INFO")
def system_info(session: Session, given: Values) -> Values:
    """Tells which system answers, and where: seconds east of Greenwich in winter, and whether it is summer."""
    sysid, now = session.world.sysid, session.world.now()
    summer = now.dst() or timedelta()
    east = (now.utcoffset() or timedelta()) - summer
    info = structure("RFCSI").initial(
        RFCPROTO="011",
        RFCCHARTYP="4103",
        RFCINTTYP="LIT",
        RFCFLOTYP="IE3",
        RFCDEST=f"mock_{sysid}_00",
        RFCHOST="mock",
        RFCHOST2="mock",
        RFCSYSID=sysid,
        RFCDATABS=sysid,
        RFCDBHOST="mock",
        RFCDBSYS="HDB",
        RFCSAPRL="755",
        RFCKERNRL="785",
        RFCOPSYS="Linux",
        RFCTZONE=str(int(east.total_seconds())),
        RFCDAYST="X" if summer else "",
        RFCIPADDR="127.0.0.1",
        RFCIPV6ADDR="127.0.0.1",
    )
    return {"RFCSI_EXPORT": info}


@function_module("BAPI_TRANSACTION_COMMIT")
def commit(session: Session, given: Values) -> Values:
    """Saves what this session has pending; with nothing pending that is a success too."""
    message = session.commit(wait=given["WAIT"] == "X")
    return {"RETURN": message.bapiret2()} if message else {}


@function_module("BAPI_TRANSACTION_ROLLBACK")
def roll_back(session: Session, given: Values) -> Values:
    """Forgets what this session has pending."""
    session.roll_back()
    return {}
