"""The declaration of page routes.

A page is a client of the API in the same process. Its view is given a `PageCall`, reads through
operations of the API, and returns a `Sheet` or a `SeeOther`. So no page shows or does what the API
would not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from ..kernel.text_catalogue import Catalogue
from .call import PageCall

__all__ = [
    "NOWHERE",
    "NO_NAMES",
    "Act",
    "BrowserTokens",
    "Loaders",
    "PageResult",
    "PageRoute",
    "PageView",
    "Pages",
    "Raw",
    "SeeOther",
    "Sheet",
    "Shell",
    "sheet",
]


class Shell(StrEnum):
    """The kind of a page.

    `wall` is public: it reads no cookie, so it is the same for everybody. `pocket` is for phones,
    `desk` for the wide screens of staff.
    """

    WALL = "wall"
    POCKET = "pocket"
    DESK = "desk"

    @property
    def is_public(self) -> bool:
        """Say whether pages of this shell are the same for everybody."""
        return self is Shell.WALL

    @property
    def home(self) -> str:
        """Return the path of the page to begin with."""
        return "/admin" if self is Shell.DESK else "/m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page to render: the name of its template, and what the template is given."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserTokens:
    """What a sign-in gave to the browser. An empty `access_token` ends its session."""

    access_token: str = ""
    expires_in: int = 0  # seconds
    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeOther:
    """A redirect to another page of ours, or to a signed address of a file.

    `said` is the key of the sentence that the next page begins with. `kept` are short-lived cookies
    to set, by name; an empty text deletes one.
    """

    path: str
    said: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)
    tokens: BrowserTokens | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A text of another kind than a page: a style sheet, a script, JSON for a script.

    `lasting` may be kept for ever, since its address changes with its content.
    """

    text: str
    media: str
    lasting: bool = False
    status: int = 200


PageResult: TypeAlias = Sheet | SeeOther | Raw
PageView: TypeAlias = Callable[[PageCall], PageResult]
V = TypeVar("V", bound=PageView)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A form that runs an operation of the API.

    `route` is the operation, such as ``POST /v1/wishes/{wish_id}/{move}``; `moves` are the moves
    that the page offers. `asks` is the view of the page with the form: it is shown again when the
    operation refuses. `then` is the path of the next page, with fields of the answer: ``{id}``.
    """

    route: str
    asks: PageView
    then: str
    moves: frozenset[str] = frozenset()
    said: str = ""  # default: the key of the move


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRoute:
    """One declared page route. An `open` one is for everybody."""

    method: str
    path: str
    shell: Shell
    pages: "Pages"
    view: PageView | None = None
    act: Act | None = None
    asks: PageView | None = None  # shown again when `view` refuses
    open: bool = False


NO_NAMES: frozenset[str] = frozenset()


class Pages:
    """The page routes of one feature, in one shell."""

    def __init__(self, name: str, shell: Shell, texts: Catalogue) -> None:
        self.name, self.shell, self.texts = name, shell, texts
        self.routes: list[PageRoute] = []

    def get(self, path: str, *, open: bool = False) -> Callable[[V], V]:
        """Declare a page that is read."""

        def declare(view: V) -> V:
            self._add(
                method="GET",
                path=path,
                view=view,
                open=open or self.shell is Shell.WALL,
            )
            return view

        return declare

    def post(
        self, path: str, *, asks: PageView, open: bool = False
    ) -> Callable[[V], V]:
        """Declare a form with a view of its own; `asks` is the page that has the form."""

        def declare(view: V) -> V:
            self._add(method="POST", path=path, view=view, asks=asks, open=open)
            return view

        return declare

    def act(
        self,
        path: str,
        route: str,
        *,
        asks: PageView,
        then: str,
        moves: frozenset[str] = NO_NAMES,
        said: str = "",
    ) -> None:
        """Declare a form that runs an operation of the API; see `Act`."""
        act = Act(route=route, asks=asks, then=then, moves=moves, said=said)
        self._add(method="POST", path=path, act=act, asks=asks)

    def _add(self, **fields: Any) -> None:
        self.routes.append(PageRoute(shell=self.shell, pages=self, **fields))


# What loads the pages of a feature, by method and path.
Loaders: TypeAlias = Mapping[tuple[str, str], Callable[[], Sequence[Pages]]]
# The page of a request that reaches none.
NOWHERE = PageRoute(
    method="GET",
    path="/",
    shell=Shell.WALL,
    pages=Pages("", Shell.WALL, {}),
    open=True,
)


def sheet(template: str, **values: Any) -> Sheet:
    """Return a page to render with these values."""
    return Sheet(template=template, values=values)
