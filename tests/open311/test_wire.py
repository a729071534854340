"""The two formats: the specification's own examples, and any text that people write."""

import json
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.open311.schemas import (
    CreatedRequest,
    CreatedRequestList,
    RequestTokenList,
    RequestTokenView,
    RequestUpdateList,
    RequestUpdateView,
    ServiceRequestList,
    ServiceRequestView,
)
from chalicelib.open311.service_schemas import (
    AttributeValueView,
    DiscoveryView,
    EndpointView,
    ServiceAttributeView,
    ServiceDefinitionView,
    ServiceList,
    ServiceView,
)
from chalicelib.open311.wire import DIALECT

from .shapes import check

AT = datetime(2010, 4, 14, 14, 37, 38, tzinfo=UTC)


def said(view, kind):
    xml, text = (
        DIALECT.answer(view, f"/open311/v2/x.{suffix}")
        for suffix in ("xml", "json")
    )
    assert (xml.media, xml.status) == ("text/xml; charset=utf-8", 200)
    assert (text.media, text.status) == ("application/json; charset=utf-8", 200)
    return check(kind, xml.text, text.text)


def a_request(**fields):
    values = {
        "service_request_id": "638344",
        "status": "closed",
        "status_notes": "Duplicate request.",
        "service_name": "Sidewalk and Curb Issues",
        "service_code": "006",
        "description": None,
        "agency_responsible": None,
        "requested_datetime": AT,
        "updated_datetime": AT,
        "address": "8TH AVE and JUDAH ST",
        "address_id": "545483",
    }
    return ServiceRequestView(**(values | fields))


# The examples of the specification: codes of digits stay text; nothing is null or empty.


def test_the_list_of_services():
    cans = ServiceView(
        service_code="001",
        service_name="Cans left out 24x7",
        description="Garbage or recycling cans that have been left out.",
        metadata=True,
        keywords="lorem, ipsum, dolor",
        group="sanitation",
    )
    plate = cans.model_copy(
        update={"service_code": "002", "metadata": False, "description": None}
    )
    assert said(ServiceList([cans, plate]), "services") == [
        {
            "service_code": "001",
            "service_name": "Cans left out 24x7",
            "description": "Garbage or recycling cans that have been left out.",
            "metadata": True,
            "type": "realtime",
            "keywords": "lorem, ipsum, dolor",
            "group": "sanitation",
        },
        {
            "service_code": "002",
            "service_name": "Cans left out 24x7",
            "description": None,
            "metadata": False,
            "type": "realtime",
            "keywords": "lorem, ipsum, dolor",
            "group": "sanitation",
        },
    ]


def test_a_service_definition():
    asked = ServiceAttributeView(
        code="WHISHETN",
        datatype="singlevaluelist",
        required=True,
        order=1,
        description="What is the ticket/tag/DL number?",
        values=[
            AttributeValueView(key="123", name="Ford"),
            AttributeValueView(key="124", name="Chrysler"),
        ],
    )
    free = ServiceAttributeView(
        code="NOTE",
        datatype="text",
        required=False,
        order=2,
        description="Anything else?",
    )
    answer = said(
        ServiceDefinitionView(service_code="DMV66", attributes=[asked, free]),
        "service_definition",
    )
    assert answer["attributes"][0]["values"] == [
        {"key": "123", "name": "Ford"},
        {"key": "124", "name": "Chrysler"},
    ]
    assert "values" not in answer["attributes"][1]
    assert answer["attributes"][0]["datatype_description"] is None


def test_requests():
    answer = said(
        ServiceRequestList(
            [a_request(lat=37.762, long=-122.465, expected_datetime=AT)]
        ),
        "requests",
    )
    assert answer == [
        {
            "service_request_id": "638344",
            "status": "closed",
            "status_notes": "Duplicate request.",
            "service_name": "Sidewalk and Curb Issues",
            "service_code": "006",
            "description": None,
            "agency_responsible": None,
            "service_notice": None,
            "requested_datetime": "2010-04-14T14:37:38Z",
            "updated_datetime": "2010-04-14T14:37:38Z",
            "expected_datetime": "2010-04-14T14:37:38Z",
            "address": "8TH AVE and JUDAH ST",
            "address_id": "545483",
            "zipcode": None,
            "lat": 37.762,
            "long": -122.465,
        }
    ]


def test_what_is_no_text_is_left_out_where_it_is_unknown():
    assert not {"lat", "long", "expected_datetime", "media_url"} & set(
        said(ServiceRequestList([a_request()]), "requests")[0]
    )


@pytest.mark.parametrize(
    ("kind", "view"),
    [
        ("services", ServiceList([])),
        ("requests", ServiceRequestList([])),
        ("updates", RequestUpdateList([])),
        ("created", CreatedRequestList([])),
    ],
)
def test_a_list_of_nothing_is_a_list(kind, view):
    assert said(view, kind) == []


def test_a_list_of_one_is_a_list_as_well():
    assert said(
        RequestTokenList(
            [RequestTokenView(service_request_id="638344", token="12345")]
        ),
        "token",
    ) == [{"service_request_id": "638344", "token": "12345"}]
    created = CreatedRequestList(
        [CreatedRequest(service_request_id="293944", service_notice=None)]
    )
    assert said(created, "created") == [
        {
            "service_request_id": "293944",
            "service_notice": None,
            "account_id": None,
        }
    ]


def test_the_discovery():
    endpoint = EndpointView(
        url="http://open311.mycity.gov/v2", changeset=AT, type="production"
    )
    document = DiscoveryView(
        changeset=AT,
        contact="call us",
        key_service="ask us",
        endpoints=[endpoint],
    )
    answer = said(document, "discovery")
    assert (
        answer["endpoints"][0]["specification"]
        == "http://wiki.open311.org/GeoReport_v2"
    )
    assert answer["endpoints"][0]["formats"] == ["text/xml", "application/json"]


def test_updates():
    update = RequestUpdateView(
        update_id="999",
        service_request_id="1001",
        status="closed",
        updated_datetime=AT,
        description=None,
    )
    assert (
        said(RequestUpdateList([update]), "updates")[0]["updated_datetime"]
        == "2010-04-14T14:37:38Z"
    )


# any text


HOSTILE = [
    "楼道灯不亮，请尽快修理。",
    "𠮷野家门口 👩‍👩‍👧 🧑🏽‍🔧",  # astral, joined, with a skin tone
    "]]> <![CDATA[ &amp; &lt; <b>x</b> \"'",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    "\u202e倒\u200b着\ufeff",
    "a\tb\nc",
    " 前后空格 ",
    "</description><status>closed</status>",
    '", "status": "closed',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_comes_out_of_both_formats_as_it_went_in(text):
    assert (
        said(ServiceRequestList([a_request(description=text)]), "requests")[0][
            "description"
        ]
        == text
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b\x08\x0b\x1f", "a\ufffdb\ufffd\ufffd\ufffd"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("\ud800 alone", "\ufffd alone"),
        ("a\r\nb\rc", "a\nb\nc"),  # what an XML parser makes of it anyway
    ],
)
def test_what_xml_cannot_say_neither_format_says(text, shown):
    view = ServiceRequestList(
        [a_request().model_copy(update={"description": text})]
    )
    assert said(view, "requests")[0]["description"] == shown


@given(st.text())
def test_any_text_at_all_makes_well_formed_documents_that_say_the_same(text):
    view = ServiceList(
        [
            ServiceView(
                service_code="x",
                service_name="x",
                description=text,
                metadata=True,
                keywords=text,
                group=text,
            )
        ]
    )
    said(view, "services")


# refusals


def refused(problem, address):
    document = DIALECT.problem(problem, address)
    return document.status, document.media, document.text


@pytest.mark.parametrize(
    ("status", "answered"),
    [
        (400, 400),
        (401, 403),
        (403, 403),
        (404, 404),
        (409, 400),
        (412, 400),
        (413, 400),
        (415, 400),
        (422, 400),
        (429, 429),
        (500, 500),
        (503, 503),
    ],
)
def test_each_refusal_has_the_status_that_the_specification_knows_for_it(
    status, answered
):
    problem = {"status": status, "detail": "不行 & <b>", "code": "x"}
    xml, text = (
        refused(problem, f"/open311/v2/requests.{suffix}")
        for suffix in ("xml", "json")
    )
    assert (xml[:2], text[:2]) == (
        (answered, "text/xml; charset=utf-8"),
        (answered, "application/json; charset=utf-8"),
    )
    assert check("errors", xml[2], text[2]) == [
        {"code": answered, "description": "不行 & <b>"}
    ]


def test_every_field_that_is_wrong_is_named_as_clients_write_it():
    errors = [
        {"loc": ["service_code"], "msg": "必填。", "type": "missing"},
        {"loc": ["attribute", "where"], "msg": "没有这个选项。", "type": "x"},
        {"loc": [], "msg": "不对。", "type": "x"},
    ]
    _, _, text = refused(
        {"status": 422, "detail": "有误", "errors": errors}, "/x.json"
    )
    descriptions = [error["description"] for error in json.loads(text)]
    assert descriptions == [
        "service_code: 必填。",
        "attribute[where]: 没有这个选项。",
        "不对。",
    ]


def test_a_missing_key_is_403_also_with_other_errors():
    errors = [
        {"loc": ["service_code"], "msg": "必填。"},
        {"loc": ["api_key"], "msg": "必填。"},
    ]
    status, _, text = refused(
        {"status": 422, "detail": "有误", "errors": errors}, "/x.json"
    )
    assert status == 403
    assert len(json.loads(text)) == 2


@pytest.mark.parametrize(
    "address",
    [
        "/open311/v2/requests/a",
        "/open311/v2/requests/a.html",
        "/open311/v2/requests/a.JSON",
        "",
    ],
)
def test_a_path_that_names_no_format_is_answered_in_xml(address):
    status, media, text = refused(
        {"status": 404, "detail": "没有找到"}, address
    )
    assert (status, media) == (404, "text/xml; charset=utf-8")
    assert (
        ET.fromstring(text.encode()).find("error/description").text
        == "没有找到"
    )
