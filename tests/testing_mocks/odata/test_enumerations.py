"""Enumerations and bound actions of a model, and options that are passed over."""

import pytest

from erp_connect.testing.mocks.odata.edmx import metadata
from erp_connect.testing.mocks.odata.errors import ODataError, TooLong
from erp_connect.testing.mocks.odata.model import described
from erp_connect.testing.mocks.odata.values import fits, from_json

MODEL = described(
    """
enum colour Red,Green,Blue=5,Grey
set Pens key Id
  Id:S10 Colour:=colour Cap:=colour(r) Maker:S4
action Pens sharpen refill
""",
    "Desk",
    4,
)
COLOUR = MODEL.sets["Pens"].properties["Colour"]


def test_members_count_on_from_the_last_value():
    assert MODEL.enums["colour"] == {"Red": 0, "Green": 1, "Blue": 5, "Grey": 6}


def test_only_members_are_taken():
    assert from_json(COLOUR, "Green", 4, decimals_as_text=False) == "Green"
    for value in ("Yellow", 1, None, ["Red"]):
        if value is None:
            assert from_json(COLOUR, value, 4, decimals_as_text=False) is None
        else:
            with pytest.raises(ODataError):
                from_json(COLOUR, value, 4, decimals_as_text=False)


def test_it_is_compared_with_texts():
    assert fits(COLOUR, "Red")
    assert not fits(COLOUR, 1)


def test_flags_stand_behind_the_enumeration():
    cap = MODEL.sets["Pens"].properties["Cap"]
    assert (cap.type, cap.creatable, COLOUR.creatable) == ("Desk.colour", False, True)


def test_a_text_that_is_too_long_is_told_from_other_mistakes():
    with pytest.raises(TooLong) as told:
        from_json(MODEL.sets["Pens"].properties["Maker"], "Scribe", 4, decimals_as_text=False)
    assert (told.value.status, told.value.length, told.value.value) == (400, 4, "Scribe")


def test_the_metadata_name_enumerations_and_actions():
    text = metadata(MODEL)
    assert '<EnumType Name="colour"><Member Name="Red" Value="0"/>' in text
    assert '<Property Name="Colour" Type="Desk.colour"/>' in text
    assert (
        '<Action Name="refill" IsBound="true"><Parameter Name="bindingParameter" Type="Desk.PensType"/>'
        in text
    )


def test_a_release_without_the_set_has_no_actions_on_it():
    assert MODEL.without("Pens").actions == {}


def test_a_product_may_pass_over_options_that_it_does_not_know(v4):
    v4.refused("Orders?$fliter=Paid", 400)
    v4.refused("Orders?$apply=x", 501)
    v4.service.unknown_options_ignored = True
    assert len(v4.rows("Orders?$fliter=Paid&$apply=x")) == 15
    v4.refused("Orders?$filter=Nothing eq 1", 400)
