"""Every page, by whom it is opened and where it is found."""

from typing import NamedTuple

__all__ = ["PAGES", "OpenedPage"]

_CARD = "main .card h2 a"
_RESIDENT, _ANSWERING, _OWNER = "0101", "0118", "0116"
_REPORTER, _SOLVED, _FIRST_REPORT = "0106", "0109", "0108"
_VOLUNTEER, _HELPER = "0011", "0018"
_WORKER, _STAFF, _PROPERTY = "0004", "0002", "0006"
_BOSS = "0001"
_ROW = "main :is(a[data-go], tbody th a)"
_DOOR = "chunhui.baihua.g01.b01.u1"


class OpenedPage(NamedTuple):
    """A page. From `path` the first link that matches `follow` is taken, then `below` added.

    Where it `sends`, its form is sent with nothing filled in, for the page of the refusal.
    """

    name: str
    path: str
    person: str = ""
    follow: str = ""
    below: str = ""
    sends: bool = False

    @property
    def is_public(self) -> bool:
        """Say whether it is of the wall, which reads no cookie."""
        return not self.path.startswith(("/m", "/admin"))


PAGES = (
    OpenedPage("start", "/"),
    OpenedPage("wall", "/wall"),
    OpenedPage("wall-done", "/wall?state=fulfilled"),
    OpenedPage("wall-empty", "/wall?kind=learning&state=claimed"),
    OpenedPage("public-wish", "/wall", follow=_CARD),
    OpenedPage("door", f"/b/{_DOOR}"),
    OpenedPage("problems", "/problems"),
    OpenedPage("help", "/help"),
    OpenedPage("privacy", "/privacy"),
    OpenedPage("accessibility", "/accessibility"),
    OpenedPage("nowhere", "/wall/wsh_nothing"),
    OpenedPage("sign-in", "/m/sign-in"),
    OpenedPage("sign-in-refused", "/m/sign-in", sends=True),
    OpenedPage("look", "/m/look"),
    OpenedPage("offline", "/m/offline"),
    OpenedPage("home", "/m", _RESIDENT),
    OpenedPage("home-question", "/m", _ANSWERING),
    OpenedPage("home-solved", "/m", _SOLVED),
    OpenedPage("home-volunteer", "/m", _HELPER),
    OpenedPage("home-worker", "/m", _WORKER),
    OpenedPage("inbox", "/m/inbox", _ANSWERING),
    OpenedPage("wishes", "/m/wishes", _ANSWERING),
    OpenedPage("claims", "/m/wishes?tab=claims", _HELPER),
    OpenedPage("new-wish", "/m/wishes/new", _RESIDENT),
    OpenedPage("new-wish-refused", "/m/wishes/new", _RESIDENT, sends=True),
    OpenedPage("own-wish", "/m/wishes", _OWNER, _CARD),
    OpenedPage("withdraw", "/m/wishes", _OWNER, _CARD, "/withdraw"),
    OpenedPage("dispute", "/m/wishes", _ANSWERING, _CARD, "/dispute"),
    OpenedPage("claimed-wish", "/m/wishes?tab=claims", _HELPER, _CARD),
    OpenedPage("deliver", "/m/wishes?tab=claims", _HELPER, _CARD, "/deliver"),
    OpenedPage("release", "/m/wishes?tab=claims", _HELPER, _CARD, "/release"),
    OpenedPage("open-wish", "/wall", _VOLUNTEER, _CARD, "@/m/wishes"),
    OpenedPage("report", "/m/report", _RESIDENT),
    OpenedPage("report-refused", "/m/report", _RESIDENT, sends=True),
    OpenedPage("own-tickets", "/m/tickets", _REPORTER),
    OpenedPage("own-ticket", "/m/tickets", _REPORTER, _CARD),
    OpenedPage("solved-ticket", "/m/tickets", _SOLVED, _CARD),
    OpenedPage("comment", "/m/tickets", _FIRST_REPORT, _CARD, "/comment"),
    OpenedPage("tickets", "/m/tickets", _WORKER),
    OpenedPage("tickets-waiting", "/m/tickets?tab=waiting", _STAFF),
    OpenedPage("ticket", "/m/tickets", _WORKER, _CARD),
    OpenedPage("reply", "/m/tickets", _WORKER, _CARD, "/comment"),
    OpenedPage("resolve", "/m/tickets", _WORKER, _CARD, "/resolve"),
    OpenedPage("assign", "/m/tickets", _WORKER, _CARD, "/assign"),
    OpenedPage("hold", "/m/tickets", _WORKER, _CARD, "/hold"),
    OpenedPage("visits", "/m/visits", _WORKER),
    OpenedPage("people", "/m/people", _STAFF),
    OpenedPage("person", "/m/people", _STAFF, _CARD),
    OpenedPage("new-person", "/m/people/new", _STAFF),
    OpenedPage("wish-for-person", "/m/people", _STAFF, _CARD, "@for"),
    OpenedPage("me", "/m/me", _VOLUNTEER),
    OpenedPage("account", "/m/me/account", _RESIDENT),
    OpenedPage("home-place", "/m/me/home", _RESIDENT),
    OpenedPage("volunteer", "/m/me/volunteer", _VOLUNTEER),
    OpenedPage("hours", "/m/me/hours", "0021"),
    OpenedPage("consents", "/m/me/consents", _RESIDENT),
    OpenedPage("sessions", "/m/me/sessions", _RESIDENT),
    OpenedPage("data", "/m/me/data", _RESIDENT),
    OpenedPage("erase", "/m/me/erase", _RESIDENT),
    OpenedPage("sign-out", "/m/sign-out", _RESIDENT),
    OpenedPage("queue", "/admin", _STAFF),
    OpenedPage("queue-late", "/admin?late=true", _STAFF),
    OpenedPage("queue-item", "/admin", _STAFF, _ROW),
    OpenedPage("desk-wishes", "/admin/wishes?state=open", _STAFF),
    OpenedPage("desk-wish", "/admin/wishes?state=open", _STAFF, _ROW),
    OpenedPage(
        "desk-unpublish",
        "/admin/wishes?state=open",
        _STAFF,
        _ROW,
        "/unpublish",
    ),
    OpenedPage("desk-edit", "/admin/wishes?state=open", _STAFF, _ROW, "/edit"),
    OpenedPage(
        "desk-proof", "/admin/wishes?state=open", _STAFF, _ROW, "/proof"
    ),
    OpenedPage("desk-tickets", "/admin/tickets", _STAFF),
    OpenedPage("desk-waiting", "/admin/tickets?tab=waiting", _STAFF),
    OpenedPage("desk-ticket", "/admin/tickets", _STAFF, _ROW),
    OpenedPage("desk-reply", "/admin/tickets", _STAFF, _ROW, "/comment"),
    OpenedPage("desk-assign", "/admin/tickets", _STAFF, _ROW, "/assign"),
    OpenedPage("desk-publish", "/admin/tickets", _STAFF, _ROW, "/publish"),
    OpenedPage("desk-people", "/admin/people", _STAFF),
    OpenedPage("desk-person", "/admin/people", _STAFF, _ROW),
    OpenedPage("desk-new-person", "/admin/people/new", _STAFF),
    OpenedPage(
        "desk-new-person-refused", "/admin/people/new", _STAFF, sends=True
    ),
    OpenedPage("desk-correct", "/admin/people", _STAFF, _ROW, "/correct"),
    OpenedPage("desk-roles", "/admin/people", _STAFF, _ROW, "/roles"),
    OpenedPage("desk-vet", "/admin/people", _STAFF, _ROW, "/vet"),
    OpenedPage("desk-block", "/admin/people", _STAFF, _ROW, "/block"),
    OpenedPage("desk-places", "/admin/places", _BOSS),
    OpenedPage("desk-choose-place", "/admin/places?next=/admin/people", _BOSS),
    OpenedPage("desk-place", "/admin/places/chunhui", _BOSS),
    OpenedPage("desk-duty", "/admin/places/chunhui.baihua/duty?q=陈", _BOSS),
    OpenedPage("desk-messaging", "/admin/places/chunhui/messaging", _BOSS),
    OpenedPage("desk-new-place", "/admin/places/chunhui/new", _BOSS),
    OpenedPage("desk-rules", "/admin/rules", _BOSS),
    OpenedPage("desk-limits", "/admin/rules/limits", _BOSS),
    OpenedPage("desk-routing", "/admin/rules/rules", _BOSS),
    OpenedPage("desk-ladder", "/admin/rules/ladder", _BOSS),
    OpenedPage("desk-office", "/admin/rules/office", _BOSS),
    OpenedPage("desk-categories", "/admin/rules/categories", _BOSS),
    OpenedPage("desk-matching", "/admin/matching", _BOSS),
    OpenedPage("desk-weights", "/admin/matching/weights", _BOSS),
    OpenedPage("desk-figures", "/admin/figures", _BOSS),
    OpenedPage("desk-figures-kinds", "/admin/figures?by=category", _BOSS),
    OpenedPage("desk-audit", "/admin/audit", _BOSS),
    OpenedPage("desk-exports", "/admin/exports", _STAFF),
    OpenedPage("desk-more", "/admin/more", _STAFF),
    OpenedPage("desk-poster", "/admin/print/wall", _STAFF),
    OpenedPage("desk-factor", "/admin/factor", _STAFF),
)
