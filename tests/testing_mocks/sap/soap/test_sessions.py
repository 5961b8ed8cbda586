"""Each request is a session of its own (sap.md 7, SOAP side, line 1165; sap.md 3, "Commit problem", 709-719)."""

import pytest

from .conftest import CREATE, HOST, ORDER, RFC, WRAPPER, texts

COMMIT = "BAPI_TRANSACTION_COMMIT"
CHANGE = "BAPI_SALESORDER_CHANGE"
RENAMED = (
    "<SALESDOCUMENT>{}</SALESDOCUMENT><ORDER_HEADER_IN><PURCH_NO_C>PO-NEW</PURCH_NO_C></ORDER_HEADER_IN>"
    "<ORDER_HEADER_INX><UPDATEFLAG>U</UPDATEFLAG><PURCH_NO_C>X</PURCH_NO_C></ORDER_HEADER_INX><RETURN/>"
)


def types(table):
    return {row.findtext("TYPE") for row in table}


def purchase_number(post, number):
    rows = post.detail(number, ["BUSINESS"], "ORDER_BUSINESS_OUT")["ORDER_BUSINESS_OUT"]
    return next(row.findtext("PURCH_NO_C") for row in rows if row.findtext("ITM_NUMBER") == "000000")


def test_a_commit_in_the_next_request_reports_success_and_saves_nothing(post, world):
    """sap.md 7, SOAP 1 (stateless sessions), line 1165; line 709."""
    told = post.reply(CREATE, ORDER)
    number = told["SALESDOCUMENT"].text
    assert ("V1", "311") in {(row["ID"], row["NUMBER"]) for row in map(texts, told["RETURN"])}
    assert post.reply(COMMIT, "<WAIT>X</WAIT>")["RETURN"].findtext("TYPE") in {None, "", "S"}
    assert world.orders == {}
    assert len(post.detail(number, ["HEADER"], "ORDER_HEADERS_OUT")["ORDER_HEADERS_OUT"]) == 0


def test_a_number_is_gone_with_the_session_that_drew_it(post, world):
    """sap.md 3, line 709, with 1.7: a number that is drawn and not committed is skipped."""
    first, second = (int(post.reply(CREATE, ORDER)["SALESDOCUMENT"].text) for _ in range(2))
    assert second == first + 1
    assert world.orders == {}


def test_a_change_is_rolled_back_when_its_request_ends_and_its_lock_is_free(post, order, world):
    """sap.md 3, line 709; sap.md 7, RFC 9, line 1157: the lock goes with the session."""
    assert "E" not in types(post.reply(CHANGE, RENAMED.format(order))["RETURN"])
    assert world.locks == {}
    assert post.reply(COMMIT, "<WAIT>X</WAIT>")
    assert purchase_number(post, order) == "PO-4711"
    assert "E" not in types(post.reply(CHANGE, RENAMED.format(order))["RETURN"])


@pytest.mark.parametrize("word", ["sap-sessioncmd=open", "sap-contextid=SID%3aANON%3amock"])
def test_a_session_that_is_asked_for_is_not_given(post, world, word):
    """sap.md 3, line 716 [?]: nothing confirms a session by cookie here, so nobody can rely on one."""
    answer = post(f"<urn:{CREATE}>{ORDER}</urn:{CREATE}>", url=f"{RFC}&{word}")
    assert answer.status_code == 200
    assert "sap-contextid" not in answer.cookies
    post.http.cookies.set("sap-contextid", "SID%3aANON%3amock", domain="mock.sap")
    assert post.reply(COMMIT, "<WAIT>X</WAIT>", url=f"{RFC}&{word}")
    assert world.orders == {}


def test_a_module_of_the_customers_commits_within_its_request(post, world):
    """sap.md 3, line 713: wrapper around BAPI and COMMIT, returning RETURN and the number."""
    world.settings.wrappers = {WRAPPER: CREATE}
    told = post.reply(WRAPPER, ORDER)
    assert set(world.orders) == {told["SALESDOCUMENT"].text}
    assert "E" not in types(told["RETURN"])
    assert (
        len(post.detail(told["SALESDOCUMENT"].text, ["HEADER"], "ORDER_HEADERS_OUT")["ORDER_HEADERS_OUT"])
        == 1
    )


def test_a_module_of_the_customers_rolls_back_where_return_has_an_error(post, world):
    """sap.md 3, line 713, with 2.1: E or A means ROLLBACK; the number stays empty on failure (2.3)."""
    world.settings.wrappers = {WRAPPER: CREATE}
    told = post.reply(WRAPPER, ORDER.replace("<MATERIAL>000000000000000062<", "<MATERIAL>NO-SUCH<"))
    assert "E" in types(told["RETURN"])
    assert told["SALESDOCUMENT"].text is None
    assert world.orders == {}


def test_a_module_of_the_customers_that_changes(post, world, order):
    """sap.md 3, line 713."""
    world.settings.wrappers["Z_ERP_CONNECT_ORDER_CHANGE"] = CHANGE
    assert "E" not in types(post.reply("Z_ERP_CONNECT_ORDER_CHANGE", RENAMED.format(order))["RETURN"])
    assert purchase_number(post, order) == "PO-NEW"


def test_a_module_of_the_customers_keeps_return_to_itself_when_nobody_asks(post, world):
    """sap.md 3, lines 699 and 713: the wrapper's RETURN is a TABLES parameter like another; it commits or not alike."""
    world.settings.wrappers = {WRAPPER: CREATE}
    silent = ORDER.replace("<RETURN/>", "")
    assert "RETURN" not in post.reply(WRAPPER, silent)
    assert len(world.orders) == 1
    told = post.reply(WRAPPER, silent.replace("<DOC_TYPE>TA<", "<DOC_TYPE>XX<"))
    assert (told["SALESDOCUMENT"].text, len(world.orders)) == (None, 1)


def test_without_a_wrapper_there_is_none(post):
    """sap.md 3, line 713: the customer makes it; line 707: what nobody made is not found."""
    assert post.fault(WRAPPER, ORDER).findtext("faultstring") == "FU_NOT_FOUND"


def test_reads_need_nothing(post, order):
    """sap.md 3, line 719: GETSTATUS, GETLIST, GETDETAILEDLIST, availability and SIMULATE are safe."""
    before = post.detail(order, ["HEADER"], "ORDER_HEADERS_OUT")["ORDER_HEADERS_OUT"]
    status = post.reply("BAPI_SALESORDER_GETSTATUS", f"<SALESDOCUMENT>{order}</SALESDOCUMENT><STATUSINFO/>")
    assert [row.findtext("ITM_NUMBER") for row in status["STATUSINFO"]] == ["000010"]
    listed = post.reply(
        "BAPI_SALESORDER_GETLIST",
        "<CUSTOMER_NUMBER>0000001234</CUSTOMER_NUMBER><SALES_ORGANIZATION>1000</SALES_ORGANIZATION><SALES_ORDERS/>",
    )
    assert [row.findtext("SD_DOC") for row in listed["SALES_ORDERS"]] == [order]
    price = post.reply(
        "BAPI_SALESORDER_SIMULATE",
        "<ORDER_HEADER_IN><DOC_TYPE>TA</DOC_TYPE><SALES_ORG>1000</SALES_ORG><DISTR_CHAN>10</DISTR_CHAN>"
        "<DIVISION>00</DIVISION></ORDER_HEADER_IN>"
        "<ORDER_ITEMS_IN><item><ITM_NUMBER>000010</ITM_NUMBER><MATERIAL>000000000000000062</MATERIAL>"
        "<REQ_QTY>0000000002000</REQ_QTY></item></ORDER_ITEMS_IN>"
        "<ORDER_PARTNERS><item><PARTN_ROLE>AG</PARTN_ROLE><PARTN_NUMB>0000001234</PARTN_NUMB></item></ORDER_PARTNERS>"
        "<ORDER_ITEMS_OUT/><MESSAGETABLE/>",
    )
    assert [row.findtext("ITM_NUMBER") for row in price["ORDER_ITEMS_OUT"]] == ["000010"]
    after = post.detail(order, ["HEADER"], "ORDER_HEADERS_OUT")["ORDER_HEADERS_OUT"]
    assert texts(after[0]) == texts(before[0])


def test_getdetailedlist_has_no_return(post, order):
    """sap.md 7, RFC 8, line 1156: asking for it is asking for a parameter that there is not."""
    assert post.fault(
        "BAPISDORDER_GETDETAILEDLIST",
        f"<I_BAPI_VIEW><HEADER>X</HEADER></I_BAPI_VIEW><SALES_DOCUMENTS><item><VBELN>{order}</VBELN></item>"
        "</SALES_DOCUMENTS><RETURN/>",
    ).findtext("faultstring")


def test_a_request_keeps_nothing_of_the_client_before(post, face):
    """sap.md 7, SOAP 1, line 1165: who is not logged on in this request is not, whatever the last one was."""
    assert post("<urn:RFC_PING/>").status_code == 200
    post.http.auth = None
    assert post.http.post(f"{HOST}/sap/bc/soap/rfc?sap-client=100", data=b"").status_code == 401
