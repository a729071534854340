"""The map of the application: mounts all routes, declares all schedule and queue functions.

It holds no logic.
"""

from functools import partial
from typing import Any

from chalice.app import Chalice, Cron, Rate

from chalicelib import runtime
from chalicelib.adapters.mail_events import read_mail_event
from chalicelib.adapters.queue import (
    consume,
    read_arrivals,
    read_dead,
    seconds_left,
)
from chalicelib.catalogue import id_prefixes
from chalicelib.pages.mounting import SiteRoutes
from chalicelib.routes import PAGES, ROUTES
from chalicelib.runtime import log, services
from chalicelib.web.api import Api

app = Chalice(app_name="chunhui", configure_logs=False, debug=False)
api = Api(app, runtime.core, log, id_prefixes, runtime.public_url)
site = SiteRoutes(app, api, partial(runtime.make_site, api))
for feature, lines in PAGES.items():  # written by `make openapi`, like ROUTES
    site.mount(lines, partial(runtime.pages_of, feature))
for feature, lines in ROUTES.items():
    api.mount(
        lines,
        partial(runtime.routes_of, feature),
        runtime.service_finder(feature),
    )


@app.schedule(Rate(1, unit=Rate.MINUTES), name="sweep")
def sweep(event: Any) -> int:
    """Hand over every due job to its queue."""
    with services().core.metrics:
        return services().core.outbox.sweep()


@app.schedule(Rate(15, unit=Rate.MINUTES), name="match_wishes")
def match_wishes(event: Any) -> int:
    """Run matching in every community with open wishes, in waking hours."""
    with services().core.metrics:
        return runtime.match_wishes()


@app.schedule(Cron(30, 18, "*", "*", "?", "*"), name="audit")
def audit(event: Any) -> int:
    """At night (02:30 in Shanghai), arm lost timers."""
    with services().core.metrics:
        return services().audit()


@app.schedule(Cron(45, 18, "*", "*", "?", "*"), name="check_ladders")
def check_ladders(event: Any) -> int:
    """At night (02:45 in Shanghai), report gaps in escalation paths, and watch new streets."""
    with services().core.metrics:
        return runtime.check_coverage()


@app.schedule(Cron(0, 22, "*", "*", "?", "*"), name="seal_months")
def seal_months(event: Any) -> int:
    """At six in the morning (in Shanghai), check facts, and seal the last month unless it is."""
    with services().core.metrics:
        return runtime.seal_months()


@app.on_sqs_message(
    queue="chunhui-urgent",
    batch_size=10,
    name="work_urgent",
    maximum_concurrency=10,
)
def work_urgent(event: Any) -> dict[str, Any]:
    """Run jobs for which one person waits."""
    with services().core.metrics, services().core.outbox.batch():
        return consume(
            event.to_dict(),
            runtime.run_job,
            seconds_left=seconds_left(event.context),
        )


@app.on_sqs_message(
    queue="chunhui-bulk", batch_size=1, name="work_bulk", maximum_concurrency=5
)
def work_bulk(event: Any) -> dict[str, Any]:
    """Run jobs for many people, and jobs that can wait."""
    with services().core.metrics, services().core.outbox.batch():
        return consume(
            event.to_dict(),
            runtime.run_job,
            seconds_left=seconds_left(event.context),
        )


@app.on_sqs_message(queue="chunhui-dead", batch_size=10, name="park_dead")
def park_dead(event: Any) -> dict[str, Any]:
    """Keep jobs that failed for good, for staff to see."""
    with services().core.metrics:
        return consume(
            event.to_dict(),
            runtime.park,
            read_dead,
            seconds_left=seconds_left(event.context),
        )


@app.on_sqs_message(
    queue="chunhui-photos",
    batch_size=1,
    name="clean_photo",
    maximum_concurrency=10,
)
def clean_photo(event: Any) -> dict[str, Any]:
    """Clean uploaded photos. The bucket sends their keys to the queue."""
    with services().core.metrics:
        return consume(
            event.to_dict(),
            runtime.clean_photos,
            read_arrivals,
            seconds_left=seconds_left(event.context),
        )


@app.on_sqs_message(
    queue="chunhui-bounces",
    batch_size=10,
    name="take_bounces",
    maximum_concurrency=2,
)
def take_bounces(event: Any) -> dict[str, Any]:
    """Settle e-mails that came back. SES tells a topic, which tells the queue."""
    with services().core.metrics, services().core.outbox.batch():
        return consume(
            event.to_dict(),
            runtime.settle_mail,
            read_mail_event,
            seconds_left=seconds_left(event.context),
        )
