"""A street that is imported into a data folder is served by the local server."""

import os
from datetime import timedelta
from unittest import mock

import pytest

from chalicelib.people.feature import phones
from chalicelib.tickets.model import Ticket
from devserver.run import open_local_server
from tools.street.__main__ import fill_folder
from tools.street.scale import StreetScale

from ..world import START
from .small import drawn

pytestmark = pytest.mark.embedded
FEW = StreetScale(people=20)


@pytest.fixture(autouse=True)
def _environment():
    with mock.patch.dict(os.environ):
        yield


def test_a_filled_folder_is_served_without_the_demo_street(tmp_path):
    rows = fill_folder(tmp_path, FEW, 1, START)
    assert rows == len(drawn(scale=FEW))
    with open_local_server(tmp_path, "embedded", START) as local:
        admin = local.services.get(phones).find_owner("+8613900000001")
        assert admin
        assert admin.appointed
        ticket = next(one for one in drawn(scale=FEW) if type(one) is Ticket)
        found = local.services.core.hooks.place_of(ticket.id)
        assert found == ticket.place
        assert local.services.core.outbox.next_at() > START
        assert local.clock.now() < START + timedelta(minutes=5)


def test_a_folder_with_a_street_is_not_filled_again(tmp_path):
    fill_folder(tmp_path, FEW, 1, START)
    with pytest.raises(SystemExit, match="holds a street already"):
        fill_folder(tmp_path, FEW, 2, START)
