"""The import rules of docs/architecture.md, read from the source. A breach is a failing test."""

import sys

import pytest

from chalicelib.features import FEATURES

from .source import (
    ASSEMBLY,
    FEATURE_SET,
    FLOOR,
    PACKAGE,
    edges,
    libraries,
    modules,
    top,
)

# Modules without reads, writes or a clock. They import the kernel and pure modules of their
# feature.
PURE = {
    "model",
    "decisions",
    "permissions",
    "policy",
    "telling",
    "sms_answers",
    "claiming",
    "codes",
    "delivery",
    "erasure",
    "edits",
    "submission",
    "transitions",
    "wall",
    "waking",
    "worktime",
    "sla_timers",
    "handover",
    "merging",
    "wall_time",
    "routing",
    "endings",
    "life",
    "notifications",
    "timers",
    "states",
    "resolution",
    "volunteering",
    "waiting_tasks",
    "moves",
    "categories",
    "office_hours",
    "duplicates",
    "redaction",
}
# Features whose models are about another feature: the rules of tickets, and what tickets come to.
ABOUT = {"ticket_policy": {"tickets"}, "statistics": {"tickets"}}
# Features that tell people know nothing of what they tell: contexts come through the declarations.
TELLERS = {"notifications", "fanouts", "replies"}


def test_the_kernel_imports_only_itself_and_the_standard_library():
    for name in (n for n in modules() if top(n) == "kernel"):
        assert {top(i) for i in edges(for_types=True)[name]} <= {"kernel"}, name
        assert libraries(name) <= set(sys.stdlib_module_names) | {
            "kernel",
            "",
        }, (
            name,
            libraries(name),
        )


def test_pure_modules_import_the_kernel_and_their_own_feature_only():
    for name in (
        n
        for n in modules()
        if n.split(".")[-1] in PURE and top(n) in FEATURE_SET - {"front"}
    ):
        others = {
            i
            for i in edges(for_types=False)[name]
            if top(i) not in ("kernel", top(name))
        }
        about = ABOUT.get(top(name), set())
        assert all(
            top(i) in about and i.split(".")[-1] in (*PURE, top(i))
            for i in others
        ), (name, others)


def test_routes_know_their_own_service_and_schemas_and_the_web():
    for name in (
        n for n in modules() if n.endswith(".api") and top(n) in FEATURE_SET
    ):
        found = edges(for_types=True)[name]
        others = {
            i for i in found if top(i) not in ("kernel", "web", top(name))
        }
        # A view may show another feature's view (a sign-in shows the person), never its service.
        assert all(
            i.endswith((".schemas", ".views")) or "." not in i for i in others
        ), (name, others)
        assert not any(
            i.endswith((".repository", ".rows", ".decisions")) for i in found
        ), name


# Modules with the pages of a feature; `desk_` and a word: those of one thing on the desk.
PAGE_MODULES = frozenset(("pages", "desk"))
BARE = ("texts", "moves", "forms")


def is_bare(last: str) -> bool:
    """Say whether a module of pages is a table only: texts, moves, the fields of forms."""
    return last.startswith(("page_", "desk_")) and last.endswith(BARE)


def is_page_module(name: str) -> bool:
    """Say whether a module declares pages: ``wishes.pages``, or any of the front."""
    if top(name) == "front":
        return not name.endswith(("front", ".feature"))
    last = name.rpartition(".")[2]
    is_page = last in PAGE_MODULES or last.startswith("desk")
    return top(name) in FEATURE_SET and is_page and not is_bare(last)


def test_a_page_is_a_client_of_the_api_and_knows_nothing_behind_it():
    found = [name for name in modules() if is_page_module(name)]
    assert len(found) > 8
    for name in found:
        for other in edges(for_types=True)[name]:
            beginnings = (f"{top(name)}.page_", f"{top(name)}.desk")
            own = other.startswith(beginnings)
            floor = top(other) in ("kernel", "pages") or other == "web.inside"
            assert own or floor, f"{name} imports {other}"


def test_texts_and_moves_of_pages_import_the_kernel_only():
    for name in modules():
        if is_bare(name.rpartition(".")[2]):
            found = edges(for_types=True)[name]
            assert {top(other) for other in found} <= {"kernel"}, name


def test_only_a_declaration_and_tools_import_pages():
    for name, found in edges(for_types=True).items():
        if top(name) in FEATURE_SET and not is_page_module(name):
            pages = {i for i in found if is_page_module(i) or top(i) == "pages"}
            allowed = name.endswith(".feature")
            assert not pages or allowed, f"{name} imports {pages}"


def test_the_floor_of_pages_imports_the_kernel_and_the_web_only():
    for name in (n for n in modules() if top(n) == "pages"):
        others = {
            i
            for i in edges(for_types=True)[name]
            if top(i) not in ("kernel", "web", "pages")
        }
        assert others <= {"settings"}, (name, others)


def test_no_lower_floor_knows_of_pages():
    for name in modules():
        if top(name) in FLOOR - {"pages"}:
            assert not {
                i for i in edges(for_types=True)[name] if top(i) == "pages"
            }, name


def test_features_import_only_features_before_them_in_the_list():
    order = {name: n for n, name in enumerate(FEATURES)}
    for name, found in edges(for_types=True).items():
        if top(name) in FEATURE_SET:
            above = {
                i for i in found if order.get(top(i), -1) > order[top(name)]
            }
            assert not above, f"{name} imports {above}"


def test_features_do_not_import_the_senders_of_messages():
    for name, found in edges(for_types=True).items():
        if top(name) in FEATURE_SET - TELLERS:
            told = {
                i
                for i in found
                if top(i) in TELLERS
                and not (top(name) == "admin" or i.endswith(".feature"))
            }
            assert not told, f"{name} imports {told}"


def test_the_floor_imports_no_feature_and_no_assembly():
    for name in (n for n in modules() if top(n) in FLOOR):
        assert not {top(i) for i in edges(for_types=True)[name]} & (
            FEATURE_SET | ASSEMBLY
        ), name


def test_features_do_not_know_the_assembly():
    for name in (n for n in modules() if top(n) in FEATURE_SET):
        assert not {top(i) for i in edges(for_types=True)[name]} & ASSEMBLY, (
            name
        )


def test_only_a_declaration_imports_declarations():
    for name, found in edges(for_types=True).items():
        if top(name) in FEATURE_SET and not name.endswith(".feature"):
            assert not {
                i for i in found if i.endswith(".feature") or i == "feature"
            }, name


def test_there_is_no_import_circle_with_imports_for_types_counted():
    graph, done = edges(for_types=True), set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for other in graph[name]:
                walk(other, (*path, name))
            done.add(name)

    for name in graph:
        walk(name, ())


@pytest.mark.parametrize(
    ("library", "may"),
    [
        ("chinese_calendar", lambda n: n == "tickets.calendar"),
        (
            "pynamodb",
            lambda n: n.endswith((".rows", ".repository")) or top(n) == "store",
        ),
        ("chalice", lambda n: top(n) in ("web", "pages")),
        ("jinja2", lambda n: n == "pages.templates"),
        ("segno", lambda n: n == "pages.qr"),
        ("markupsafe", lambda n: n in ("pages.templates", "pages.qr")),
        ("boto3", lambda n: top(n) == "adapters"),
        (
            "botocore",
            lambda n: (
                top(n) == "adapters" or n in ("store.dynamo", "store.wire")
            ),
        ),
        ("urllib3", lambda n: top(n) == "adapters"),
        ("smtplib", lambda n: top(n) == "adapters"),
        ("PIL", lambda n: n == "adapters.photos"),
        ("jwt", lambda n: n == "web.tokens"),
        ("pyotp", lambda n: n == "factors.totp"),
        (
            "aws_lambda_powertools",
            lambda n: n == "runtime" or top(n) == "adapters",
        ),
    ],
)
def test_each_library_is_known_in_one_place(library, may):
    for name in modules():
        if library in libraries(name):
            assert may(name), f"{name} imports {library}"


def test_every_package_is_the_floor_or_a_feature_of_the_list():
    packages = {
        path.name
        for path in PACKAGE.iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert packages == FLOOR | FEATURE_SET
