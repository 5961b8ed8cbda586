"""How single values are written in XML (sap.md 7, SOAP side, line 1165; sap.md 3, "Scalars", line 705)."""

import base64
import re
from decimal import Decimal

import pytest
from lxml import etree

from .conftest import CREATE, ORDER, WRAPPER, texts

DECIMAL = re.compile(r"-?\d+(\.\d+)?")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d\d:\d\d:\d\d")


def structure(field, value):
    return f"<IMPORTSTRUCT><{field}>{value}</{field}></IMPORTSTRUCT>"


def test_an_initial_date_is_zeros(post, order):
    """sap.md 7, SOAP 5 (0000-00-00), line 1165; line 705: which is no xsd:date."""
    (header,) = post.detail(order, ["HEADER"], "ORDER_HEADERS_OUT")["ORDER_HEADERS_OUT"]
    told = texts(header)
    assert told["PURCH_DATE"] == "0000-00-00"
    assert told["REQ_DATE_H"] == "2026-03-10"


def test_every_date_and_time_of_an_order_is_written_with_its_signs(post, order):
    """sap.md 3, line 705: DATS as 2026-01-15, TIMS as hh:mm:ss; the fields by 2.8."""
    told = post.detail(
        *(order, ["HEADER", "ITEM", "SDSCHEDULE"]),
        *("ORDER_HEADERS_OUT", "ORDER_ITEMS_OUT", "ORDER_SCHEDULES_OUT"),
    )
    header, item, line = (
        texts(told[table][0]) for table in ("ORDER_HEADERS_OUT", "ORDER_ITEMS_OUT", "ORDER_SCHEDULES_OUT")
    )
    dates = [header[n] for n in ("REC_DATE", "QT_VALID_F", "DOC_DATE", "WAR_DATE", "CH_ON", "PICK_UP_DA")]
    dates += [item["CREAT_DATE"], item["DATE_ST"], line["REQ_DATE"], line["GI_DATE"], line["RETURNDATE"]]
    assert [each for each in dates if not DATE.fullmatch(each)] == []
    times = [header[n] for n in ("REC_TIME", "PICK_UP_T1", "LINE_TIME")] + [line["REQ_TIME"], line["GI_TIME"]]
    assert [each for each in times if not TIME.fullmatch(each)] == []


def test_an_initial_date_may_be_sent_too(post, world):
    """sap.md 3, line 705: it is how "no date" is written, so a client that sends back what it read is understood."""
    world.settings.wrappers = {WRAPPER: CREATE}
    told = post.reply(
        WRAPPER, ORDER.replace("<PURCH_NO_C>", "<PURCH_DATE>0000-00-00</PURCH_DATE><PURCH_NO_C>")
    )
    number = told["SALESDOCUMENT"].text
    (header,) = post.detail(number, ["HEADER"], "ORDER_HEADERS_OUT")["ORDER_HEADERS_OUT"]
    assert header.findtext("PURCH_DATE") == "0000-00-00"


@pytest.mark.parametrize("value", ["20260310", "10.03.2026", "2026-02-30", "2026-3-10"])
def test_a_date_without_its_signs_is_refused(post, value):
    """sap.md 3, line 705: xsd:date."""
    assert post.fault(CREATE, ORDER.replace("2026-03-10", value)).findtext("faultstring")


def test_blanks_at_the_end_of_a_text_are_stripped(post):
    """sap.md 3, line 705: CHAR; those at the front belong to the value."""
    assert post.reply("STFC_CONNECTION", "<REQUTEXT>  a b  </REQUTEXT>")["ECHOTEXT"].text == "  a b"
    assert post.reply("STFC_CONNECTION", "<REQUTEXT>   </REQUTEXT>")["ECHOTEXT"].text is None


def test_signs_of_xml_in_a_text_come_through(post):
    """XML 1.0: what is escaped on the way in is escaped on the way out."""
    told = post.reply("STFC_CONNECTION", "<REQUTEXT>R&amp;D &lt;x&gt; ]]&gt; Größe &#8364;</REQUTEXT>")
    assert told["ECHOTEXT"].text == "R&D <x> ]]> Größe €"


def test_numbers_of_digits_keep_their_zeros(post, order):
    """sap.md 3, line 705: NUMC; initial is zeros in its whole length (1.4)."""
    told = post.detail(order, ["ITEM", "SDSCHEDULE"], "ORDER_ITEMS_OUT", "ORDER_SCHEDULES_OUT")
    item, line = texts(told["ORDER_ITEMS_OUT"][0]), texts(told["ORDER_SCHEDULES_OUT"][0])
    assert (item["ITM_NUMBER"], item["HG_LV_ITEM"]) == ("000010", "000000")
    assert (line["ITM_NUMBER"], line["SCHED_LINE"]) == ("000010", "0001")
    message = texts(post.reply(CREATE, ORDER)["RETURN"][0])
    assert (message["NUMBER"], message["LOG_MSG_NO"], message["ROW"]) == ("233", "000000", "0")


@pytest.mark.parametrize("value", ["1O", "-10", "10.0", "0000010"])
def test_what_is_not_digits_or_too_long_is_no_numc(post, value):
    r"""sap.md 3, line 705: schema pattern \d*; ITM_NUMBER has six (2.3)."""
    wrong = ORDER.replace(
        "<ITM_NUMBER>000010</ITM_NUMBER><MATERIAL>", f"<ITM_NUMBER>{value}</ITM_NUMBER><MATERIAL>"
    )
    assert "ITM_NUMBER" in post.fault(CREATE, wrong).findtext("faultstring")


def test_an_empty_numc_is_initial(post):
    r"""sap.md 3, line 705: the pattern \d* lets it be empty."""
    told = post.reply(
        CREATE,
        ORDER.replace("<PARTN_NUMB>", "<ITM_NUMBER/><PARTN_NUMB>"),
    )
    assert told["ORDER_PARTNERS"][0].findtext("ITM_NUMBER") == "000000"
    assert told["SALESDOCUMENT"].text


def test_amounts_and_quantities_are_decimals_without_exponents(post, order):
    """sap.md 3, line 705: xsd:decimal knows no exponent; the fields and their places by 2.8."""
    told = post.detail(
        *(order, ["HEADER", "ITEM", "SDCOND"]),
        *("ORDER_HEADERS_OUT", "ORDER_ITEMS_OUT", "ORDER_CONDITIONS_OUT"),
    )
    header, item = texts(told["ORDER_HEADERS_OUT"][0]), texts(told["ORDER_ITEMS_OUT"][0])
    shown = [header[n] for n in ("NET_VAL_HD", "REL_CREDIT", "DUN_COUNT")]
    shown += [
        item[n] for n in ("NET_VALUE", "TAX_AMOUNT", "COST_DOC_C", "REQ_QTY", "GROSS_WEIG", "OUT_AGR_TA")
    ]
    assert [each for each in shown if not DECIMAL.fullmatch(each)] == []
    assert Decimal(header["NET_VAL_HD"]) == Decimal("62.50")
    assert Decimal(item["REQ_QTY"]) == Decimal(5)
    for row in told["ORDER_CONDITIONS_OUT"]:
        assert DECIMAL.fullmatch(row.findtext("COND_VALUE")), row.findtext("COND_VALUE")


@pytest.mark.parametrize("value", ["5", "5.0", "+5", "05.000", " 5 "])
def test_every_spelling_of_a_decimal_is_taken(post, value, world):
    """sap.md 3, line 705: xsd:decimal, with its sign, zeros and blanks around it."""
    world.settings.wrappers = {WRAPPER: CREATE}
    told = post.reply(WRAPPER, ORDER.replace("QTY>5<", f"QTY>{value}<"))
    (item,) = post.detail(told["SALESDOCUMENT"].text, ["ITEM"], "ORDER_ITEMS_OUT")["ORDER_ITEMS_OUT"]
    assert Decimal(item.findtext("REQ_QTY")) == 5


@pytest.mark.parametrize("value", ["5,0", "1E1", "NaN", "five", "5-", "1.000,00"])
def test_what_is_no_decimal_is_refused(post, value):
    """sap.md 3, line 705: xsd:decimal."""
    assert "QTY" in post.fault(CREATE, ORDER.replace("QTY>5<", f"QTY>{value}<")).findtext("faultstring")


def test_an_amount_in_a_currency_without_cents_is_shifted_where_its_type_is_curr(post, world):
    """sap.md 7, RFC 12, line 1160, and 2.2: NET_VALUE of GETSTATUS is CURR, of GETDETAILEDLIST it is not."""
    world.settings.wrappers = {WRAPPER: CREATE}
    number = post.reply(WRAPPER, ORDER.replace("0000001234", "0000002000"))["SALESDOCUMENT"].text
    (item,) = post.detail(number, ["ITEM"], "ORDER_ITEMS_OUT")["ORDER_ITEMS_OUT"]
    assert (Decimal(item.findtext("NET_VALUE")), item.findtext("CURRENCY")) == (5000, "JPY")
    (row,) = post.reply("BAPI_SALESORDER_GETSTATUS", f"<SALESDOCUMENT>{number}</SALESDOCUMENT><STATUSINFO/>")[
        "STATUSINFO"
    ]
    assert Decimal(row.findtext("NET_VALUE")) == 50


def test_a_key_is_found_padded_and_not_otherwise(post, order):
    """sap.md 7, RFC 5, line 1153: the mock pads nothing, over SOAP either."""
    short = order.lstrip("0")
    assert len(short) < 10
    asked = "<SALESDOCUMENT>{}</SALESDOCUMENT><STATUSINFO/>"
    assert len(post.reply("BAPI_SALESORDER_GETSTATUS", asked.format(order))["STATUSINFO"]) == 1
    told = post.reply("BAPI_SALESORDER_GETSTATUS", asked.format(short))
    assert len(told["STATUSINFO"]) == 0
    assert told["RETURN"].findtext("TYPE") == "E"
    assert len(post.detail(short, ["HEADER"], "ORDER_HEADERS_OUT")["ORDER_HEADERS_OUT"]) == 0


def test_integers_are_ints(post):
    """sap.md 3, line 705: INT as xsd:int."""
    told = texts(post.reply("STFC_STRUCTURE", structure("RFCINT4", "-2147483648"))["ECHOSTRUCT"])
    assert told["RFCINT4"] == "-2147483648"
    assert (told["RFCINT1"], told["RFCINT2"]) == ("0", "0")


@pytest.mark.parametrize("value", ["2147483648", "1.0", "one", "1e3", "0x1"])
def test_what_is_no_int_is_refused(post, value):
    """sap.md 3, line 705: xsd:int, of four bytes."""
    assert "RFCINT4" in post.fault("STFC_STRUCTURE", structure("RFCINT4", value)).findtext("faultstring")


def test_raw_data_is_base64_in_its_full_length(post):
    """sap.md 3, line 705: RAW as xsd:base64Binary; 1.4: always of full length, filled with zeros."""
    told = post.reply("STFC_STRUCTURE", structure("RFCHEX3", "/wE="))
    assert base64.b64decode(told["ECHOSTRUCT"].findtext("RFCHEX3"), validate=True) == b"\xff\x01\x00"


def test_raw_data_of_an_old_release_is_hexadecimal(post, settings):
    """sap.md 3, line 705: hexBinary in old releases, which XML Schema writes in capitals."""
    settings.raw = "hex"
    told = post.reply("STFC_STRUCTURE", structure("RFCHEX3", "ff01"))
    assert told["ECHOSTRUCT"].findtext("RFCHEX3") == "FF0100"
    for wrong in ("ff 01", "f", "/wE=", "ff010203"):
        assert "RFCHEX3" in post.fault("STFC_STRUCTURE", structure("RFCHEX3", wrong)).findtext("faultstring")


def test_floats_are_doubles(post):
    """sap.md 3, line 705: FLTP as xsd:double, which may have an exponent."""
    for given in ("1.5", "15E-1", "-2.5e+3"):
        told = post.reply("STFC_STRUCTURE", structure("RFCFLOAT", given))
        assert Decimal(told["ECHOSTRUCT"].findtext("RFCFLOAT")) == Decimal(given)


def test_times_have_colons(post):
    """sap.md 3, line 705: TIMS hh:mm:ss, initial 00:00:00 (1.4)."""
    told = post.reply("STFC_STRUCTURE", structure("RFCTIME", "23:59:58"))
    assert told["ECHOSTRUCT"].findtext("RFCTIME") == "23:59:58"
    assert (
        post.reply("STFC_STRUCTURE", structure("RFCCHAR1", "a"))["ECHOSTRUCT"].findtext("RFCTIME")
        == "00:00:00"
    )
    assert post.fault("STFC_STRUCTURE", structure("RFCTIME", "235958")) is not None


def test_a_text_that_is_too_long_is_refused_and_never_cut(post, world):
    """sap.md 10, point 1: what a system does is not known, so the mock must not lose the end without a word."""
    world.settings.wrappers = {WRAPPER: CREATE}
    assert post.fault(WRAPPER, ORDER.replace("PO-4711", "P" * 36)).findtext("faultstring")
    assert world.orders == {}
    assert post.reply(WRAPPER, ORDER.replace("PO-4711", "P" * 35))["SALESDOCUMENT"].text


def test_control_characters_in_a_text_break_the_document(post, world):
    """sap.md 3, line 705 [K]: illegal in XML 1.0, and sent all the same."""
    world.materials["62".zfill(18)].text = "Ball\x0bvalve"
    answer = post(
        "<urn:BAPI_MATERIAL_GET_DETAIL><MATERIAL>000000000000000062</MATERIAL></urn:BAPI_MATERIAL_GET_DETAIL>"
    )
    assert answer.status_code == 200
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.content)
