"""The permission matrix of the API holds for pages: a page shows what the API shows the caller."""

from collections.abc import Iterator

import pytest

from chalicelib.kernel.access import Role

from ..world import JINFENG, Phone, World
from .browser import Browser
from .scene import GETS, ROLES, Scene

# Parameter of a page -> the read of the API that shows the same thing.
READS = {
    "wish_id": "/v1/wishes/{id}",
    "ticket_id": "/v1/tickets/{id}",
    "offer_id": "/v1/offers/{id}",
    "person_id": "/v1/people/{id}",
    "run_id": "/v1/matching/runs/{id}",
    "export_id": "/v1/admin/exports/{id}",
}
ELSEWHERE = "staff elsewhere"
# These lead to the file of an export, or show a form only.
NO_READ = ("/m/offers/{offer_id}/{move}",)


@pytest.fixture(scope="module")
def scene() -> Scene:
    scene = Scene.of(World())
    stranger = scene.world.person(
        "何外地", (Role.COMMUNITY_STAFF, JINFENG), home=JINFENG
    )
    scene.people[ELSEWHERE] = stranger.id
    return scene


def caller(scene: Scene, role: str) -> Phone:
    return Phone() if role == "anonymous" else scene.phone(role)


def things() -> Iterator[tuple[str, str]]:
    """Yield each page that shows one thing, with the name of its parameter."""
    for page in GETS:
        for name in READS:
            is_of_one = page.path.count("{") == 1 and f"{{{name}}}" in page.path
            if is_of_one and page.path not in NO_READ:
                yield page.path, name


THINGS = sorted(things())


def test_the_matrix_knows_the_pages_of_things():
    assert {name for _, name in THINGS} == READS.keys()
    assert len(THINGS) >= 9


@pytest.mark.parametrize("role", [*ROLES, ELSEWHERE])
@pytest.mark.parametrize(("path", "name"), THINGS)
def test_a_page_shows_a_thing_to_whom_the_api_shows_it(
    scene: Scene, path: str, name: str, role: str
):
    browser: Browser = scene.browser(role)
    is_public = path.startswith("/wall")
    for id in scene.values[name]:
        shown = browser.ask("GET", path.replace("{" + name + "}", id))
        reader = Phone() if is_public else caller(scene, role)
        read = reader.get(READS[name].replace("{id}", id)).status
        if role == "anonymous" and not is_public:
            assert shown.status == 303
        elif read == 200:
            assert shown.status in (200, 303), (path, id)
        else:
            assert shown.status in (403, 404), (path, id, read)
