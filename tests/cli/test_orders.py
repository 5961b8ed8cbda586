"""Orders in a terminal: an administrator creates, looks, changes, cancels and follows."""

import json

import pytest

import erp_connect as ec

LINE = ("--currency", "EUR", "--line", "VALVE-20:12:H87")


def test_an_order_is_created_once_however_often_the_command_is_run(run, erp):
    command = ("orders", "create", "--customer", "10000", "--po", "PO-7", *LINE)
    first = run.json(*command)
    again = run.json(*command)
    assert first["replayed"] is False
    assert again["replayed"] is True
    assert again["stored"]["id"] == first["stored"]["id"]
    assert first["key"] == "10000/PO-7"
    assert len(erp.orders.find(customer_po="PO-7")) == 1


def test_decimals_are_text_for_machines(run, created):
    told = run.json("orders", "show", created)
    assert told["lines"][0]["quantities"]["ordered"] == "12"
    assert told["net"] == {"amount": "131.20", "currency": "EUR"} or told["net"]["amount"] == "131.2"


def test_a_price_can_be_agreed_on_the_line(run):
    told = run.json(
        "orders",
        "create",
        "--customer",
        "10000",
        "--po",
        "P",
        "--currency",
        "EUR",
        "--line",
        "VALVE-20:2:H87@8.50",
    )
    assert told["stored"]["lines"][0]["price"]["amount"] == "8.5" or "8.50"
    assert told["stored"]["net"]["amount"].startswith("17")


def test_drafts_come_from_a_json_file_or_from_stdin(run, tmp_path):
    draft = {
        "customer": "10000",
        "customer_po": "PO-8",
        "currency": "EUR",
        "lines": [{"product": "VALVE-20", "quantity": "3", "unit": "H87"}],
    }
    (tmp_path / "one.json").write_text(json.dumps(draft))
    assert run.json("orders", "create", "one.json")["stored"]["customer_po"] == "PO-8"
    several = [draft | {"customer_po": "PO-9"}, draft | {"customer_po": "PO-10", "customer": "404"}]
    told = run.json("orders", "create", "-", text=json.dumps(several), code=1)
    assert [receipt["stored"]["customer_po"] for receipt in told["succeeded"]] == ["PO-9"]
    assert [failure["key"] for failure in told["failed"]] == ["404/PO-10"]
    assert told["failed"][0]["error"]["code"] == "customer_unknown"


def test_a_number_in_json_must_be_text(run, tmp_path):
    (tmp_path / "one.json").write_text(
        '{"customer": "10000", "customer_po": null, "currency": "EUR",'
        ' "lines": [{"product": "VALVE-20", "quantity": 1.5, "unit": "H87"}]}'
    )
    error = run.json("orders", "create", "one.json", code=1)["error"]
    assert error["code"] == "invalid_order"
    assert [finding["path"] for finding in error["findings"]] == ["order.lines[0].quantity"]


def test_check_says_what_is_wrong_and_writes_nothing(run, erp):
    wrong = ("orders", "check", "--customer", "10001", "--currency", "EUR", "--line", "VALV-20:1:H87")
    told = run.json(*wrong, code=1)
    assert {finding["code"] for finding in told["findings"] if finding["severity"] == "error"} == {
        "customer_blocked",
        "product_unknown",
    }
    assert "order.lines[0].product" in run(*wrong, code=1).stdout
    assert list(erp.orders.list()) == []


def test_check_is_content_with_a_good_order(run):
    told = run.json("orders", "check", "--customer", "10000", *LINE)
    assert told["errors"] == 0


def test_the_list_is_one_json_array(run):
    for number in range(3):
        run("orders", "create", "--customer", "10000", "--po", f"PO-{number}", *LINE)
    run("orders", "cancel", run.json("orders", "list")[0]["number"], "--reason", "withdrawn")
    assert [order["customer_po"] for order in run.json("orders", "list", "--status", "submitted")] == [
        "PO-1",
        "PO-2",
    ]
    assert len(run.json("orders", "list", "--limit", "1")) == 1
    assert run.json("orders", "list", "--customer", "10001") == []
    assert run.json("orders", "list", "--from", "2100-01-01") == []
    assert "3 order(s)" in run("orders", "list").stdout


def test_an_order_is_amended_once_with_its_key(run, created):
    change = (
        "orders",
        "amend",
        created,
        "--quantity",
        "1=10",
        "--key",
        "call-17",
        "--reason",
        "customer called",
    )
    assert run.json(*change)["stored"]["lines"][0]["quantities"]["ordered"] == "10"
    assert run.json(*change)["replayed"] is True
    history = run.json("orders", "history", created)
    assert [entry["operation"] for entry in history] == ["orders.create", "orders.amend"]
    assert history[-1]["reason"] == "customer called"
    assert "quantity: 12 -> 10" in run("orders", "history", created).stdout


def test_many_changes_are_made_together(run, created):
    order = run.json(
        *("orders", "amend", created, "--date", "2=2100-02-03", "--price", "1=8.00", "--note", "call before"),
        *("--add-line", "SEAL-20:100:H87", "--po", "PO-1a", "--payment-terms", "N30"),
        *(
            "--ship-to",
            '{"name": "Site", "lines": ["1 Quay"], "city": "Cork", "postal_code": "T12", "country": "IE"}',
        ),
    )["stored"]
    assert order["lines"][1]["requested"] == "2100-02-03"
    assert order["lines"][0]["price"]["amount"].rstrip("0").rstrip(".") == "8"
    assert [line["product"] for line in order["lines"]] == ["VALVE-20", "HOSE", "SEAL-20"]
    assert order["customer_po"] == "PO-1a"
    assert order["payment_terms"] == "N30"
    assert order["notes"] == ["call before"]
    assert order["ship_to"]["city"] == "Cork"


def test_a_plan_shows_the_change_and_writes_nothing(run, created):
    told = run.json("orders", "amend", created, "--quantity", "1=10", "--plan")
    assert told["price_effect"]["amount"].startswith("-19.7")
    assert run.json("orders", "show", created)["lines"][0]["quantities"]["ordered"] == "12"
    assert "Nothing is written yet" in run("orders", "amend", created, "--quantity", "1=10", "--plan").stdout


def test_amendments_come_from_a_file(run, created, tmp_path):
    (tmp_path / "changes.json").write_text('[{"amendment": "ChangeQuantity", "line": 1, "to": "4"}]')
    order = run.json("orders", "amend", created, "--amendments", "changes.json")["stored"]
    assert order["lines"][0]["quantities"]["ordered"] == "4"
    (tmp_path / "changes.json").write_text('[{"amendment": "Guess"}]')
    assert (
        run.json("orders", "amend", created, "--amendments", "changes.json", code=1)["error"]["place"]
        == "changes.json"
    )


def test_a_quantity_of_zero_is_refused_with_its_reason(run, created):
    error = run.json("orders", "amend", created, "--quantity", "1=0", code=1)["error"]
    assert error["findings"][0]["code"] == "not_positive"


def test_a_hold_stops_the_order_until_it_is_released(run, created):
    assert run.json("orders", "amend", created, "--hold", "manual")["stored"]["status"] == "on_hold"
    assert run.json("orders", "amend", created, "--release", "manual")["stored"]["status"] == "submitted"


def test_a_line_and_then_the_order_are_cancelled(run, created):
    order = run.json("orders", "cancel", created, "--line", "2", "--reason", "has it")["stored"]
    assert [line["status"] for line in order["lines"]] == ["submitted", "cancelled"]
    assert run.json("orders", "cancel", created, "--reason", "withdrew")["stored"]["status"] == "cancelled"
    error = run.json("orders", "cancel", created, "--reason", "again", code=1)["error"]
    assert error["code"] == "transition_not_allowed"


def test_a_shipped_order_is_tracked_with_its_tracking_number(run, erp, created):
    (order,) = erp.orders.find(number=created)
    erp.shipments.post(order, {1: 12}, ec.Package(tracking_number="NF-1", carrier="Nordfracht"))
    told = run.json("orders", "track", created)
    assert told["status"] == "partly_shipped"
    assert told["lines"][0]["tracking_numbers"] == ["NF-1"]
    assert "NF-1" in run("orders", "track", created).stdout


def test_what_an_erp_holds_is_shown_as_it_is_and_commands_no_terminal(run, created):
    shown = run("orders", "show", created).stdout
    assert "VALVE-20" in shown
    run("orders", "amend", created, "--note", "[red]urgent[/red]")
    assert "[red]urgent[/red]" in run("orders", "show", created).stdout


@pytest.mark.parametrize("name", ["404", "id:404"])
def test_an_order_that_does_not_exist_is_said_so(run, name):
    assert run.json("orders", "show", name, code=1)["error"]["code"] == "not_found"
