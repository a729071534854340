"""Audiences, the recipients of a message: types, one formatter and one parser of their text."""

from dataclasses import dataclass, replace

__all__ = [
    "Audience",
    "ChallengeTarget",
    "GroupMembers",
    "OnePerson",
    "SeveralPeople",
    "StaffOnDuty",
    "format_audience",
    "narrowed",
    "parse_audience",
]


@dataclass(frozen=True, slots=True)
class OnePerson:
    """A single person."""

    id: str


@dataclass(frozen=True, slots=True)
class SeveralPeople:
    """People named by id: a share of a larger audience, or all of a small one."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffOnDuty:
    """The staff on duty at a place when the message is sent, limited to `only` if that is set.

    Where nobody is on duty, the nearest place with staff has the message: first the places around
    it, then those on the way down to `within`, the place of the message's subject.
    """

    place: str
    only: tuple[str, ...] = ()
    within: str = ""


@dataclass(frozen=True, slots=True)
class GroupMembers:
    """The members of a group that a feature declares, by its kind (``place``) and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class ChallengeTarget:
    """The phone or address of a sign-in challenge, which may have no account yet."""

    challenge_id: str


Audience = (
    OnePerson | SeveralPeople | StaffOnDuty | GroupMembers | ChallengeTarget
)


def format_audience(audience: Audience) -> str:
    """Return the stored text of an audience, such as ``staff:chunhui.baihua``."""
    match audience:
        case OnePerson(id):
            return id
        case SeveralPeople(ids):
            return f"people:{','.join(ids)}"
        case StaffOnDuty(place, only, within):
            return f"staff:{place}{_way_down(within)}{_suffix(only)}"
        case GroupMembers(kind, name):
            return f"all:{kind}:{name}"
        case ChallengeTarget(challenge_id):
            return f"challenge:{challenge_id}"


def _way_down(within: str) -> str:
    return f">{within}" if within else ""


def _suffix(only: tuple[str, ...]) -> str:
    return f"#{','.join(only)}" if only else ""


def parse_audience(text: str) -> Audience:
    """Return the audience of a text that `format_audience` wrote."""
    family, separator, rest = text.partition(":")
    if not separator:
        return OnePerson(text)
    match family:
        case "people":
            return SeveralPeople(tuple(rest.split(",")))
        case "staff":
            places, _, only = rest.partition("#")
            place, _, within = places.partition(">")
            ids = only.split(",") if only else ()
            return StaffOnDuty(place, tuple(ids), within)
        case "all":
            kind, _, name = rest.partition(":")
            return GroupMembers(kind, name)
        case "challenge":
            return ChallengeTarget(rest)
    raise ValueError(f"unknown audience family: {family}")


def narrowed(audience: Audience, people: tuple[str, ...]) -> Audience:
    """Return the audience of a later delivery to some people of an audience.

    Staff are looked up again at that time, for others may be on duty by then. The target of a
    challenge stays as it is.
    """
    if isinstance(audience, ChallengeTarget):
        return audience
    if isinstance(audience, StaffOnDuty):
        return replace(audience, only=people)
    if len(people) == 1:
        return OnePerson(people[0])
    return SeveralPeople(people)
