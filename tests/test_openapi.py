"""The contract: docs/openapi.json is what the routes say, and nothing that outside clients rely on
has gone.
"""

import re

from openapi_spec_validator import validate

from app import api
from chalicelib.web.openapi import document
from tools.openapi import FILE, generated

# Paths that clients rely on; adding is free, dropping one is a breach.
PROMISED = """
POST /v1/auth/codes; POST /v1/auth/tokens; DELETE /v1/auth/tokens
GET /v1/me; PATCH /v1/me; DELETE /v1/me; GET /v1/me/data; PUT /v1/me/volunteer
GET /v1/me/wishes; GET /v1/me/claims; GET /v1/me/hours
GET /v1/consents/texts; POST /v1/me/consents; GET /v1/me/consents; DELETE /v1/me/consents/{purpose}
POST /v1/me/email; POST /v1/me/email/verify
GET /v1/places; PUT /v1/places/{code}; PUT /v1/places/{code}/duty
GET /v1/people; POST /v1/people; GET /v1/people/{person_id}; PATCH /v1/people/{person_id}
PUT /v1/people/{person_id}/roles; POST /v1/people/{person_id}/reveal
PUT /v1/people/{person_id}/vetting
PUT /v1/people/{person_id}/blocked; PUT /v1/people/{person_id}/household
POST /v1/wishes; GET /v1/wishes; GET /v1/wishes/{wish_id}; GET /v1/wishes/{wish_id}/timeline
POST /v1/wishes/{wish_id}/approve; POST /v1/wishes/{wish_id}/reject; POST /v1/wishes/{wish_id}/edit
POST /v1/wishes/{wish_id}/unpublish; POST /v1/wishes/{wish_id}/claim
POST /v1/wishes/{wish_id}/release
POST /v1/wishes/{wish_id}/deliver; POST /v1/wishes/{wish_id}/confirm
POST /v1/wishes/{wish_id}/dispute
POST /v1/wishes/{wish_id}/withdraw; POST /v1/wishes/{wish_id}/reopen
POST /v1/wishes/{wish_id}/check-in; POST /v1/wishes/{wish_id}/check-out
GET /v1/messages; POST /v1/messages/{message_id}/visited; GET /v1/me/inbox
POST /v1/webhooks/sms/{provider}; GET /v1/unsubscribe/{token}; POST /v1/unsubscribe/{token}
GET /v1/admin/queue; POST /v1/admin/jobs/{job_id}/redrive; GET /; GET /healthz; GET /openapi.json
GET /open311/discovery.json; GET /open311/discovery.xml
GET /open311/v2/discovery.json; GET /open311/v2/discovery.xml
GET /open311/v2/services.json; GET /open311/v2/services.xml; GET /open311/v2/services/{document}
POST /open311/v2/requests.json; POST /open311/v2/requests.xml
GET /open311/v2/requests.json; GET /open311/v2/requests.xml
GET /open311/v2/requests/{document}; GET /open311/v2/tokens/{document}
GET /open311/v2/servicerequestupdates.json; GET /open311/v2/servicerequestupdates.xml
POST /open311/v2/servicerequestupdates.json; POST /open311/v2/servicerequestupdates.xml
"""


def test_the_committed_contract_is_what_the_routes_say():
    assert FILE.read_text(encoding="utf-8") == generated(), (
        "run `make openapi` and commit docs/openapi.json"
    )


def test_the_contract_is_valid_openapi():
    validate(document(api.operations, api.id_prefixes))


def test_nothing_that_was_promised_is_gone():
    served = {f"{op.method} {op.path}" for op in api.operations}
    assert set(re.split(r";\s*|\n", PROMISED.strip())) <= served


def test_every_operation_says_what_it_does_and_how_it_fails():
    contract = document(api.operations, api.id_prefixes)
    shared = contract["components"]["responses"]
    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            problems = [
                shared.get(a.get("$ref", "").rpartition("/")[2], a)
                for status, a in operation["responses"].items()
                if int(status) >= 400
            ]
            assert problems, (method, path)
            form = (
                {"application/json", "text/xml"}
                if path.startswith("/open311/")
                else {"application/problem+json"}
            )
            assert all(form & set(answer["content"]) for answer in problems)
