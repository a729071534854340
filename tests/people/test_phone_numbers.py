"""Which numbers are taken: those of mainland mobiles, in any way in which people write them."""

import pytest
from pydantic_core import PydanticCustomError

from chalicelib.people.fields import mainland_mobile


@pytest.mark.parametrize(
    "written",
    [
        "13900000101",
        "+8613900000101",
        "8613900000101",
        "008613900000101",
        "013900000101",
        "139 0000 0101",
        "139-0000-0101",
        "（86）139 0000 0101",
        "＋86 １３９０００００１０１",
    ],
)
def test_a_mobile_is_taken_in_each_way_of_writing(written: str):
    assert mainland_mobile(written) == "+8613900000101"


@pytest.mark.parametrize(
    "written",
    [
        "+447911123456",
        "00447911123456",
        "0044 7911 123456",
        "+85251234567",
        "+1 212 555 0100",
        "17900447911123456",
        "12345678901",
        "1390000010",
        "139000001011",
        "十三九",
    ],
)
def test_other_numbers_are_refused(written: str):
    with pytest.raises(ValueError, match="phone"):
        mainland_mobile(written)


@pytest.mark.parametrize("written", ["02885550100", "+862885550100"])
def test_a_landline_has_a_refusal_of_its_own(written: str):
    with pytest.raises(PydanticCustomError, match="landline"):
        mainland_mobile(written)


def test_the_data_of_no_other_country_is_loaded():
    """The package has the data of China only; to look for another's would block the library."""
    import subprocess
    import sys

    program = (
        "import sys\n"
        "from chalicelib.people.fields import mainland_mobile\n"
        "for text in ('13900000101', '+447911123456', '0044791112345', '17900447911'):\n"
        "    try: mainland_mobile(text)\n"
        "    except ValueError: pass\n"
        "loaded = {n for n in sys.modules if n.startswith('phonenumbers.data.region_')}\n"
        "print(sorted(loaded))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['phonenumbers.data.region_CN']"
