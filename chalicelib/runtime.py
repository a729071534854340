"""The process's services, and the functions that app.py calls with them."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from .container import Container, build
from .core import Core
from .features import declaration
from .kernel.job import ScheduledJob
from .settings import ReadSecret, Settings

if TYPE_CHECKING:
    from .kernel.mail_event import MailEvent
    from .pages.declaration import Loaders, Pages
    from .pages.site import Site
    from .pages.visitors import BrowserSessions
    from .web.api import Api
    from .web.routes import Routes

__all__ = [
    "browser_sessions",
    "check_coverage",
    "clean_photos",
    "core",
    "load_everything",
    "log",
    "make_site",
    "match_wishes",
    "pages_of",
    "park",
    "photo_origin",
    "public_url",
    "routes_of",
    "run_job",
    "seal_months",
    "service_finder",
    "services",
    "settle_mail",
    "use",
]

log = Logger(service="chunhui", level=os.environ.get("LOG_LEVEL", "INFO"))
_override: list[Container] = []


@lru_cache(maxsize=1)
def _of_environment() -> Container:
    settings = Settings.from_env(os.environ, _secret_reader(os.environ))
    return build(settings, log=log)


def _secret_reader(env: Mapping[str, str]) -> ReadSecret:
    """Return the reader of secrets: of Secrets Manager in the cloud, else of the environment.

    An operator's tool may give one in its environment (`tools.inside`).
    """
    prefix = env.get("SECRETS_PREFIX")
    if not prefix:
        return env.get
    from .adapters.secrets_manager import SecretsManager

    stored = SecretsManager(prefix, env["AWS_REGION"])

    def read(name: str) -> str:
        return env.get(name) or stored.read(name)

    return read


def services() -> Container:
    """Return the process's services: those set by `use`, else built from the environment once."""
    if _override:
        return _override[0]
    return _of_environment()


def use(container: Container) -> None:
    """Set the process's services (tests and the local server)."""
    _override.clear()
    _override.append(container)


def core() -> Core:
    """Return the parts of which the process's services are built."""
    return services().core


def public_url() -> str:
    """Return the address under which clients reach this deployment; empty if unknown."""
    return core().settings.public_url


def photo_origin() -> str:
    """Return the origin to which browsers send photos; "" where that is the public address."""
    settings = core().settings
    if not settings.upload_bucket:
        return ""
    china = ".cn" if settings.region.startswith("cn-") else ""
    host = f"{settings.upload_bucket}.s3.{settings.region}.amazonaws.com{china}"
    return f"https://{host}"


def browser_sessions() -> "BrowserSessions":
    """Return the sessions of browsers."""
    from .signin.feature import sessions

    return services().get(sessions)


def run_job(scheduled: ScheduledJob) -> None:
    """Run a job from a queue."""
    services().run_job(scheduled)


def park(scheduled: ScheduledJob) -> None:
    """Keep a job that failed for good, for staff to see."""
    services().park(scheduled)


def clean_photos(keys: Sequence[str]) -> None:
    """Clean the uploaded files at some keys.

    A failure is logged, and the queue delivers the keys again.
    """
    from .uploads.feature import jobs

    for key in keys:
        try:
            services().get(jobs).clean(key)
        except Exception as error:
            # The text of an error may quote the content of a file.
            log.error("clean", error=type(error).__name__)  # noqa: TRY400
            raise


def settle_mail(event: "MailEvent | None") -> None:
    """Settle an e-mail that came back; None says nothing of one."""
    from .replies.feature import mail_events

    if event is not None:
        services().get(mail_events).settle(event)


def match_wishes() -> int:
    """Run matching in every community with open wishes; return the number of wishes offered."""
    from .matching.feature import feature as matching

    return services().get(matching).match_all()


def check_coverage() -> int:
    """Report the coverage gaps of all escalation paths; return their number.

    Streets whose staff queue nobody watches yet are watched from now on.
    """
    from .queue_watch.feature import feature as queue_watch
    from .ticket_policy.feature import feature as ticket_policy

    services().get(queue_watch).begin()
    return services().get(ticket_policy).check_coverage()


def seal_months() -> int:
    """Seal the figures of the last month in each street; return the number of seals.

    A share of the facts is checked then, for seals are made of them.
    """
    from .statistics.feature import fact_check, sealing

    services().get(fact_check).check_facts()
    return services().get(sealing).seal_months()


def routes_of(feature: str) -> "Routes[Any]":
    """Load the routes of a feature, or of the platform."""
    if feature == "platform":
        from .web.platform import routes

        return routes
    load = declaration(feature).load_routes
    if load is None:
        raise LookupError(f"{feature} has no routes")
    return load()


def pages_of(feature: str) -> "Sequence[Pages]":
    """Load the pages of a feature."""
    load = declaration(feature).load_pages
    if load is None:
        raise LookupError(f"{feature} has no pages")
    return load()


def make_site(api: "Api", loaders: "Loaders") -> "Site":
    """Make what answers the requests of pages."""
    from .pages.site import Site

    return Site(api, loaders, core, browser_sessions, photo_origin, log)


def service_finder(feature: str) -> "Callable[[], Any] | None":
    """Return a function that finds the service of a feature's views; None for the platform."""
    if feature == "platform":
        return None

    def find() -> Any:
        return services().get(declaration(feature).route_service)

    return find


def load_everything() -> None:
    """Import every module, for tools and tests that need all tables or all texts."""
    for module in walk_packages([os.path.dirname(__file__)], f"{__package__}."):  # noqa: PTH120
        import_module(module.name)
