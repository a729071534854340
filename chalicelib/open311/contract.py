"""The texts of Open311 in the contract."""

from ..web.contract_texts import FeatureTexts

__all__ = ["CONTRACT"]

_READ = "For anybody; the answer is the same with a token. It changes nothing."
CONTRACT = FeatureTexts(
    tag="Open311 GeoReport v2, in JSON and XML, with errors of its own form.",
    operations={
        "read_discovery": _READ,
        "list_services": _READ,
        "read_service": _READ,
        "create_request": (
            "For applications with an `api_key`, or a person with their access token as the key. "
            "The report becomes a ticket."
        ),
        "list_requests": _READ,
        "read_request": _READ,
        "read_token": _READ,
        "list_request_updates": _READ,
        "create_request_update": (
            "For applications with an `api_key`, or a person with their access token as the key. "
            "The text is added to the ticket."
        ),
    },
    fields={
        "account_id": "Always null: reports here have no account.",
        "address_id": "The code of the community.",
        "address_string": "The address, in words.",
        "agency_responsible": "The name of the community.",
        "attributes": "The questions of the category.",
        "changeset": "When the categories were last changed (UTC).",
        "datatype": "The data type of the answer.",
        "datatype_description": "How the answer is written.",
        "description": "The text.",
        "endpoints": "The addresses of the interface.",
        "expected_datetime": "When a solution is promised (UTC).",
        "formats": "The media types.",
        "group": "The group of the category.",
        "jurisdiction_id": "The code of the street; may be left out.",
        "key_service": "How to get a key.",
        "metadata": "Whether the category has questions.",
        "ServiceAttributeView.order": "The position of the question.",
        "requested_datetime": "When it was reported (UTC).",
        "updated_datetime": "When it was last changed (UTC).",
        "service_code": "The code of the category.",
        "service_name": "The name of the category.",
        "service_notice": "A note for the reporter.",
        "service_request_id": "The id of the report.",
        "specification": "The name of the specification.",
        "status": "The status.",
        "status_notes": "The latest public update.",
        "token": "The token of the report.",
        "type": "The type.",
        "update_id": "The id of the update.",
        "values": "The choices of the question.",
        "variable": "Whether an answer may be sent; always true.",
        "zipcode": "Always null.",
        "start_date": "Only what was changed or reported from then on.",
        "end_date": "Only what was changed or reported before.",
        "page": "The number of the page, from 1.",
        "page_size": "The number of reports of a page, at most.",
        "DiscoveryView.contact": "How to reach the operator.",
        "RequestError.code": "The HTTP status.",
        "RequestError.description": "What is wrong, in words.",
        "AttributeValueView.key": "The key of the choice.",
    },
    examples={
        "service_request_id": "tkt_a2a2a2a2a2a2a2a2a2a2a2a2",
        "service_code": "rubbish",
        "service_name": "垃圾清运",
        "ReportForm.description": "楼下垃圾桶满了三天没人清。",
        "ReportForm.lat": 30.6586,
        "ReportForm.long": 104.0648,
        "ReportForm.jurisdiction_id": "chunhui",
        "api_key": "key-of-an-application",
        "address_id": "chunhui.baihua",
        "status": "open",
        "EndpointView.url": "https://chunhui.example/open311/v2",
        "zipcode": None,
        "account_id": None,
        "RequestError.code": 400,
        "RequestError.description": "service_code: 必填。",
    },
)
