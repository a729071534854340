"""THE MAP: every route's feature is mounted here, and every schedule and queue function is declared here. No logic."""

from typing import Any

from chalice.app import Chalice, Rate

from chalicelib.admin.api import routes as admin
from chalicelib.carriers.queue import read_entry
from chalicelib.people.api import routes as people
from chalicelib.places.api import routes as places
from chalicelib.reactions import react
from chalicelib.register.api import routes as register
from chalicelib.signin.api import routes as signin
from chalicelib.web.api import Api
from chalicelib.web.platform import platform_routes
from chalicelib.wiring import log, services
from chalicelib.wishes.api import routes as wishes

app = Chalice(app_name="chunhui", configure_logs=False, debug=False)
api = Api(app, services, log)
api.mount(platform_routes(lambda: api), signin, people, register, places, wishes, admin)


@app.schedule(Rate(1, unit=Rate.MINUTES), name="sweep")
def sweep(event: Any) -> int:
    """Hand over everything that is due."""
    return services().outbox.sweep()


@app.on_sqs_message(queue="chunhui-work", batch_size=10, name="work")
def work(event: Any) -> dict[str, Any]:
    """Do what is due; messages whose job failed go back to the queue, each for itself."""
    failed = []
    for record in event.to_dict()["Records"]:
        try:
            react(services(), read_entry(record["body"]))
        except Exception as error:  # noqa: BLE001 - one poisoned message must not take the others with it
            log.error("job", error=type(error).__name__, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
