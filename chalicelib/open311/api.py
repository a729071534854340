"""Routes of Open311 GeoReport v2. What a path's suffix names, JSON or XML, is the dialect's to know; views are as everywhere."""

from ..kernel.errors import NotFound
from ..kernel.request import RequestContext
from ..web.routes import Routes
from .fields import (
    JurisdictionQuery,
    ReportForm,
    RequestsQuery,
    UpdateForm,
    UpdatesQuery,
)
from .schemas import (
    Created,
    CreatedList,
    DefinitionView,
    DiscoveryView,
    RequestList,
    ServiceList,
    ServiceView,
    TokenList,
    TokenView,
    UpdateCreated,
    UpdateCreatedList,
    UpdateList,
)
from .service import Open311
from .texts import NOTICE, PRIVATE_NOTICE, REFUSALS
from .wire import DIALECT, FORMATS

__all__ = ["routes"]

routes: Routes[Open311] = Routes("open311", REFUSALS, dialect=DIALECT)


def _name(document: str) -> str:
    """Return what a document of a known format is about."""
    name, _, suffix = document.rpartition(".")
    if suffix not in FORMATS or not name:
        raise NotFound
    return name


@routes.get("/open311/discovery", formats=FORMATS, public=True)
@routes.get(
    "/open311/v2/discovery", formats=FORMATS, public=True, name="read_discovery_v2"
)
def read_discovery(open311: Open311, context: RequestContext) -> DiscoveryView:
    """Where the interface is, and how to get a key."""
    return DiscoveryView.of(open311.operator, open311.changed_at(), context.locale)


@routes.get("/open311/v2/services", formats=FORMATS, public=True)
def list_services(
    open311: Open311, context: RequestContext, query: JurisdictionQuery
) -> ServiceList:
    """What can be reported."""
    return ServiceList(
        [
            ServiceView.of(category, context.locale)
            for category in open311.list_services(query.jurisdiction_id)
        ]
    )


@routes.get("/open311/v2/services/{document}", public=True)
def read_service(
    open311: Open311, context: RequestContext, document: str, query: JurisdictionQuery
) -> DefinitionView:
    """What is asked in a kind of report."""
    return DefinitionView.of(
        open311.read_service(query.jurisdiction_id, _name(document)), context.locale
    )


@routes.post("/open311/v2/requests", formats=FORMATS, public=True)
def create_request(
    open311: Open311,
    context: RequestContext,
    form: ReportForm,
    query: JurisdictionQuery,
) -> CreatedList:
    """Report a problem, with an api_key."""
    id, category = open311.report(
        context,
        form.api_key,
        form.jurisdiction_id or query.jurisdiction_id,
        form.reported(),
    )
    notice = (PRIVATE_NOTICE if category.private else NOTICE).format(context.locale)
    return CreatedList([Created(service_request_id=id, service_notice=notice)])


@routes.get("/open311/v2/requests", formats=FORMATS, public=True)
def list_requests(
    open311: Open311, context: RequestContext, query: RequestsQuery
) -> RequestList:
    """Public reports, the newest first."""
    return RequestList.of(
        open311.list_requests(query.jurisdiction_id, query.wanted()), context.locale
    )


@routes.get("/open311/v2/requests/{document}", public=True)
def read_request(
    open311: Open311, context: RequestContext, document: str, query: JurisdictionQuery
) -> RequestList:
    """A public report."""
    return RequestList.of(
        [open311.read_request(query.jurisdiction_id, _name(document))], context.locale
    )


@routes.get("/open311/v2/tokens/{document}", public=True)
def read_token(
    open311: Open311, context: RequestContext, document: str, query: JurisdictionQuery
) -> TokenList:
    """Which report came of a token: the one of the same id, for none is deferred."""
    shown = open311.read_request(query.jurisdiction_id, _name(document))
    return TokenList(
        [TokenView(service_request_id=shown.ticket.id, token=shown.ticket.id)]
    )


@routes.get("/open311/v2/servicerequestupdates", formats=FORMATS, public=True)
def list_request_updates(
    open311: Open311, context: RequestContext, query: UpdatesQuery
) -> UpdateList:
    """What happened to public reports, oldest first."""
    return UpdateList.of(open311.list_updates(query.jurisdiction_id, query.wanted()))


@routes.post(
    "/open311/v2/servicerequestupdates", formats=FORMATS, public=True, repeatable=False
)
def create_request_update(
    open311: Open311,
    context: RequestContext,
    form: UpdateForm,
    query: JurisdictionQuery,
) -> UpdateCreatedList:
    """Add to a public report, with an api_key."""
    jurisdiction = form.jurisdiction_id or query.jurisdiction_id
    id = open311.update(
        context, form.api_key, jurisdiction, form.service_request_id, form.description
    )
    return UpdateCreatedList([UpdateCreated(update_id=id)])
