"""Logging on: texts only, pyrfc in one place, an error that names the SDK."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import erp_connect
from erp_connect.errors import ConfigurationError
from erp_connect.testing.mocks.sap import rfc
from erp_connect.wire.rfc import RfcFailure, Trouble, logon_parameters, opener_of_pyrfc

from .system import LOGON

PACKAGE = Path(erp_connect.__file__).parent


def test_every_parameter_is_a_text_before_the_constructor_is_called():
    # 1.2: genuine pyrfc ends the interpreter over a number.
    sent = logon_parameters({"client": 100, "sysnr": "00", "saprouter": "", "group": None})
    assert sent == {"client": "100", "sysnr": "00"}


def test_numbers_among_the_parameters_do_not_end_the_interpreter(world):
    connection = opener_of_pyrfc(LOGON, rfc.connect_to(world))()
    assert connection.alive


def test_without_pyrfc_the_error_names_the_sdk(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyrfc", None)
    with pytest.raises(ConfigurationError) as caught:
        opener_of_pyrfc(LOGON)
    assert "NW RFC SDK" in str(caught.value)
    assert caught.value.code == "missing_dependency"


def test_pyrfc_itself_is_used_where_nothing_else_is_given(world, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyrfc", rfc.as_pyrfc(world))
    assert opener_of_pyrfc(LOGON)().get_connection_attributes()["user"] == "DEMO"


def test_pyrfc_is_imported_in_one_module_only():
    speaking = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^\s*(from|import) pyrfc", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert speaking == ["wire/rfc/connecting.py"]


def test_the_library_loads_no_pyrfc():
    code = (
        "import sys, erp_connect; sys.exit('pyrfc' in sys.modules or 'erp_connect.wire.rfc' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_wrong_password_is_a_logon_failure(pool, world):
    world.users["DEMO"] = "another"
    with pytest.raises(RfcFailure) as caught:
        pool.read("RFC_PING")
    assert caught.value.trouble is Trouble.LOGON
    assert not caught.value.may_have_run
