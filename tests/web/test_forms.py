"""Form bodies: what is read of them, and that nothing else is."""

import pytest

from chalicelib.kernel.errors import Malformed, WrongMedia
from chalicelib.web.forms import MAX_FIELDS, read_form

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=xyz"


def parts(*fields: tuple[str, bytes], end: bytes = b"--xyz--\r\n") -> bytes:
    heads = [
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        for name, _ in fields
    ]
    return (
        b"".join(
            head + value + b"\r\n"
            for head, (_, value) in zip(heads, fields, strict=True)
        )
        + end
    )


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", {}),
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=1&a=2&b=3&a=1", {"a": ["1", "2", "1"], "b": "3"}),
        (b"a=&b", {"a": "", "b": ""}),
        (b"a+b=c+d&e=%2B", {"a b": "c d", "e": "+"}),
        ("描述=楼道灯不亮 👍".encode(), {"描述": "楼道灯不亮 👍"}),
        (b"d=%E6%A5%BC%F0%9F%91%8D", {"d": "楼👍"}),
        (
            b"attribute%5Bwhere%5D=yard&attribute[b][]=1",
            {"attribute[where]": "yard", "attribute[b][]": "1"},
        ),
        (b"a=1;b=2", {"a": "1;b=2"}),
        (b"&&a=1&&", {"a": "1"}),
        (b"a=%zz", {"a": "%zz"}),
    ],
)
def test_url_encoded_fields(raw, found):
    assert read_form(raw, FORM) == found


@pytest.mark.parametrize(
    "given",
    [
        None,
        FORM,
        f"{FORM}; charset=utf-8",
        f'{FORM};charset="UTF-8"',
        FORM.title(),
        f"{FORM}; x=1",
    ],
)
def test_a_form_under_each_of_its_names_and_under_none(given):
    assert read_form(b"a=1", given) == {"a": "1"}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("application/json", "form.media_type"),
        ("text/plain", "form.media_type"),
        ("*/*", "form.media_type"),
        ("\x01", "form.media_type"),
        ("春", "form.media_type"),
        (f"{FORM}x", "form.media_type"),
        (f"{FORM}; charset=gbk", "form.charset"),
        (f"{FORM}; charset=iso-8859-1", "form.charset"),
    ],
)
def test_what_is_no_form_in_utf_8_is_refused(given, code):
    with pytest.raises(WrongMedia) as refused:
        read_form(b"a=1", given)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "raw",
    [b"a=\xff\xfe", b"a=%ff", b"%c0%af=1", b"a=%ED%A0%80", "好".encode("gbk")],
)
def test_what_is_not_utf_8_cannot_be_read(raw):
    with pytest.raises(Malformed):
        read_form(raw, FORM)


def test_a_form_has_so_many_fields_and_no_more():
    assert (
        len(
            read_form(
                "&".join(f"f{n}=1" for n in range(MAX_FIELDS)).encode(), FORM
            )
        )
        == MAX_FIELDS
    )
    for raw in (
        "&".join(f"f{n}=1" for n in range(MAX_FIELDS + 1)).encode(),
        b"&" * 65_000,
        b"a=1&" * 16_000,
    ):
        with pytest.raises(Malformed) as refused:
            read_form(raw, FORM)
        assert refused.value.facts == {"most": MAX_FIELDS}


@pytest.mark.parametrize(
    "given",
    [
        PARTS,
        'multipart/form-data; boundary="xyz"',
        "Multipart/Form-Data;Boundary=xyz",
    ],
)
def test_multipart_fields(given):
    raw = parts(
        ("a", b"1"),
        ("描述", "一\r\n二 👍".encode()),
        ("a", b""),
        ("c", b"--xy"),
    )
    assert read_form(raw, given) == {
        "a": ["1", ""],
        "描述": "一\r\n二 👍",
        "c": "--xy",
    }


def test_a_multipart_form_may_have_a_preamble_and_more_headers():
    raw = b'hello\r\n--xyz\r\nX: y\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--xyz--'
    assert read_form(raw, PARTS) == {"a": "1"}


def test_files_are_not_taken():
    raw = (
        b'--xyz\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n'
        b"\r\nx\r\n--xyz--"
    )
    with pytest.raises(WrongMedia) as refused:
        read_form(raw, PARTS)
    assert refused.value.code == "form.file"


@pytest.mark.parametrize(
    ("raw", "given"),
    [
        (b"", PARTS),
        (b"a=1", PARTS),
        (parts(("a", b"1"), end=b""), PARTS),  # cut off
        (parts(("a", b"1")), "multipart/form-data"),
        (parts(("a", b"1")), "multipart/form-data; boundary=other"),
        (parts(("a", b"\xff")), PARTS),
        (b"--xyz\r\n\r\n1\r\n--xyz--", PARTS),  # a part without a name
        (b"--xyz--", "multipart/form-data; boundary=\udc80"),
        (parts(*[("a", b"1")] * (MAX_FIELDS + 1)), PARTS),
        (b"\r\n--xyz" * 9_000, PARTS),
    ],
)
def test_a_multipart_form_that_is_none_cannot_be_read(raw, given):
    with pytest.raises(Malformed):
        read_form(raw, given)
