"""The index of attacks: each kind, and the tests that try it.

`pytest -m attack` runs them all and prints how many were tried of each kind. While an attack runs,
its log and the statuses of all answers are watched (`watch.py`).
"""

from collections.abc import Mapping

__all__ = ["ATTACKS", "EXCEPT", "kind_of"]

_FORGED = "tests/hostile/test_forged_tokens.py::test_"
_BAD = "tests/hostile/test_bad_input.py::test_"
_TRIED = "tests/hostile/test_attacks.py::test_"
# Kind -> the beginnings of the ids of its tests. The first that fits counts.
ATTACKS: Mapping[str, tuple[str, ...]] = {
    "refresh reuse and forgery": (
        f"{_FORGED}a_refresh_token",
        f"{_FORGED}an_access_token_refreshes",
        f"{_FORGED}a_spent_token",
        f"{_FORGED}the_end_of_one_family",
        f"{_FORGED}a_sign_out",
        f"{_FORGED}many_sign_outs",
        f"{_FORGED}a_block",
    ),
    "forged tokens": (
        "tests/hostile/test_forged_tokens.py",
        "tests/web/test_tokens.py::test_anything_else",
        "tests/hostile/test_other_stage.py",
    ),
    "idempotency keys of others": (
        "tests/hostile/test_foreign_keys.py",
        f"{_TRIED}an_idempotency_key",
        f"{_TRIED}a_replay",
        f"{_BAD}an_idempotency_key_that_cannot",
        "tests/hostile/test_retries.py::test_a_key_is_refused",
    ),
    "forged and foreign cursors": (
        "tests/hostile/test_foreign_cursors.py",
        f"{_BAD}a_cursor",
    ),
    "If-Match abuse": (f"{_BAD}a_move_against",),
    "delivery codes": (
        f"{_TRIED}a_delivery_code",
        f"{_TRIED}a_new_claim_has",
        f"{_TRIED}releasing_and_claiming",
        f"{_TRIED}only_the_resident_receives",
    ),
    "private tickets by each door": ("tests/tickets/test_private.py",),
    "mass assignment": (
        "tests/hostile/test_mass_assignment.py",
        f"{_TRIED}nothing_that_is_stored",
        f"{_TRIED}what_one_may_change",
        f"{_TRIED}nobody_sets_their_own",
        f"{_BAD}a_field_that_nobody_knows",
        "tests/people/test_me.py::test_what_is_not_ones_own",
    ),
    "things of others and higher roles": (
        "tests/hostile/test_attacks.py",
        "tests/hostile/test_retries.py::test_nobody_who_is_blocked",
        "tests/trust/test_old_tokens.py",
        f"{_BAD}a_helper_cannot_tell",
        f"{_BAD}without_a_token",
        f"{_BAD}an_id_that_cannot_be",
    ),
    "unsigned and repeated webhooks": (
        "tests/replies/test_webhook.py::test_only_requests",
        "tests/replies/test_webhook.py::test_a_provider_without",
        "tests/replies/test_webhook.py::test_a_provider_settles",
        "tests/replies/test_webhook.py::test_a_repeated_request",
        "tests/replies/test_webhook.py::test_a_request_holds",
    ),
    "XML entities and bombs": ("tests/hostile/test_xml.py",),
    "pictures that are bombs": (
        "tests/adapters/test_photos.py::test_a_picture_of_too_many",
        "tests/adapters/test_photos.py::test_texts_that_unpack",
        "tests/adapters/test_photos.py::test_a_picture_that_is_drawn",
        "tests/adapters/test_photos.py::test_what_does_not_begin",
        "tests/adapters/test_photos.py::test_a_second_file",
        "tests/adapters/test_photos.py::test_what_hides",
        "tests/adapters/test_photos.py::test_what_was_announced",
    ),
    "forms of uploads": (
        "tests/devserver/test_files.py::test_a_changed_form",
        "tests/devserver/test_files.py::test_a_malformed_form",
        "tests/devserver/test_files.py::test_the_form_of_one",
        "tests/devserver/test_files.py::test_a_form_is_valid",
        "tests/devserver/test_files.py::test_no_key_leads_out",
        "tests/uploads/test_uploads.py::test_a_form_for_anything_else",
        "tests/uploads/test_uploads.py::test_nobody_fills",
        "tests/adapters/test_s3.py::test_a_form_is_signed",
        "tests/adapters/test_s3.py::test_a_form_that_is_over",
    ),
    "tricks with paths": (
        "tests/hostile/test_path_tricks.py",
        f"{_BAD}a_path_that_is_not_there",
        f"{_BAD}a_method_that_is_not_there",
    ),
    "tricks with headers": (
        "tests/hostile/test_header_tricks.py",
        "tests/hostile/test_open311.py::test_headers",
        "tests/devserver/test_gateway.py::test_an_address_that_a_caller",
    ),
    "forms of other applications": ("tests/hostile/test_open311.py",),
    "logs and errors that tell": (
        "tests/hostile/test_canary.py::test_a_whole_life",
    ),
}
# They plant a fault, so an error of the server is what they wait for.
EXCEPT = ("tests/hostile/test_open311.py::test_a_crash",)


def kind_of(nodeid: str) -> str | None:
    """Return the kind of attack that a test tries, None if it is no attack."""
    if nodeid.startswith(EXCEPT):
        return None
    for kind, beginnings in ATTACKS.items():
        if nodeid.startswith(beginnings):
            return kind
    return None
