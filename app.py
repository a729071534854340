"""THE MAP: every route's feature is mounted here, and every schedule and queue function is declared here. No logic."""

from functools import partial
from typing import Any

from chalice.app import Chalice, Cron, Rate

from chalicelib.adapters.queue import consume, read_arrivals, read_dead, seconds_left
from chalicelib.routes import ROUTES
from chalicelib.web.api import Api
from chalicelib.wiring import clean, log, park, routes_of, service_of, services, work

app = Chalice(app_name="chunhui", configure_logs=False, debug=False)
api = Api(app, services, log)
for feature, lines in ROUTES.items():  # written by `make openapi`
    api.mount(lines, partial(routes_of, feature), service_of(feature))


@app.schedule(Rate(1, unit=Rate.MINUTES), name="sweep")
def sweep(event: Any) -> int:
    """Hand over everything that is due."""
    with services().metrics:
        return services().outbox.sweep()


@app.schedule(Rate(15, unit=Rate.MINUTES), name="match_wishes")
def match_wishes(event: Any) -> int:
    """Have somebody looked for in every community where something is open and people are awake."""
    with services().metrics:
        return services().matching.match_all()


@app.schedule(Cron(30, 18, "*", "*", "?", "*"), name="audit")
def audit(event: Any) -> int:
    """At night (02:30 in Shanghai), arm anew whatever waits without an alarm."""
    with services().metrics:
        return services().audit()


@app.schedule(Cron(45, 18, "*", "*", "?", "*"), name="check_ladders")
def check_ladders(event: Any) -> int:
    """At night (02:45 in Shanghai), look where a ticket would find nobody before it falls in."""
    with services().metrics:
        return services().ticket_policies.check_ladders()


@app.on_sqs_message(queue="chunhui-urgent", batch_size=10, name="work_urgent", maximum_concurrency=10)
def work_urgent(event: Any) -> dict[str, Any]:
    """Do what one person waits for."""
    with services().metrics, services().outbox.batch():
        return consume(event.to_dict(), work, seconds_left=seconds_left(event.context))


@app.on_sqs_message(queue="chunhui-bulk", batch_size=1, name="work_bulk", maximum_concurrency=5)
def work_bulk(event: Any) -> dict[str, Any]:
    """Do what goes to many, and what can wait."""
    with services().metrics, services().outbox.batch():
        return consume(event.to_dict(), work, seconds_left=seconds_left(event.context))


@app.on_sqs_message(queue="chunhui-dead", batch_size=10, name="park_dead")
def park_dead(event: Any) -> dict[str, Any]:
    """Keep jobs that failed for good where staff see them."""
    with services().metrics:
        return consume(event.to_dict(), park, read_dead, seconds_left=seconds_left(event.context))


@app.on_sqs_message(queue="chunhui-photos", batch_size=1, name="clean_photo", maximum_concurrency=10)
def clean_photo(event: Any) -> dict[str, Any]:
    """Make a photo of what somebody has sent; the bucket tells the queue what arrives."""
    with services().metrics:
        return consume(event.to_dict(), clean, read_arrivals, seconds_left=seconds_left(event.context))
