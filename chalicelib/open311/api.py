"""Routes of Open311 GeoReport v2. The dialect reads the format, JSON or XML, from the path."""

from ..kernel.errors import NotFound
from ..kernel.request import RequestContext
from ..web.rendering import Reply
from ..web.routes import Routes
from .fields import (
    JurisdictionQuery,
    ReportForm,
    RequestsQuery,
    UpdateForm,
    UpdatesQuery,
)
from .reports import ListSpan
from .schemas import (
    CreatedRequest,
    CreatedRequestList,
    CreatedUpdate,
    CreatedUpdateList,
    RequestTokenList,
    RequestTokenView,
    RequestUpdateList,
    ServiceRequestList,
)
from .service import Open311
from .service_schemas import (
    DiscoveryView,
    ServiceDefinitionView,
    ServiceList,
    ServiceView,
)
from .texts import NOTICE, PRIVATE_NOTICE, REFUSALS
from .wire import DIALECT, FORMATS

__all__ = ["routes"]

routes: Routes[Open311] = Routes("open311", REFUSALS, dialect=DIALECT)


def _name(document: str) -> str:
    """Return the name of a document without its format; refuse an unknown format."""
    name, _, suffix = document.rpartition(".")
    if suffix not in FORMATS or not name:
        raise NotFound
    return name


def _link(
    query: RequestsQuery | UpdatesQuery, rest: ListSpan | int | None
) -> dict[str, str]:
    """Return the header that leads to the rest of a list, at the same path (RFC 8288)."""
    if rest is None:
        return {}
    return {"Link": f'<?{query.leading_to(rest)}>; rel="next"'}


@routes.get("/open311/discovery", formats=FORMATS, public=True)
@routes.get(
    "/open311/v2/discovery",
    formats=FORMATS,
    public=True,
    name="read_discovery_v2",
)
def read_discovery(open311: Open311, context: RequestContext) -> DiscoveryView:
    """Read the addresses of the interface and the way to get a key."""
    return DiscoveryView.of(
        open311.operator, open311.changed_at(), context.locale
    )


@routes.get("/open311/v2/services", formats=FORMATS, public=True)
def list_services(
    open311: Open311, context: RequestContext, query: JurisdictionQuery
) -> ServiceList:
    """List the categories of reports."""
    categories = open311.list_services(query.jurisdiction_id)
    return ServiceList(
        [ServiceView.of(category, context.locale) for category in categories]
    )


@routes.get("/open311/v2/services/{document}", public=True)
def read_service(
    open311: Open311,
    context: RequestContext,
    document: str,
    query: JurisdictionQuery,
) -> ServiceDefinitionView:
    """Read the questions of a category."""
    category = open311.read_service(query.jurisdiction_id, _name(document))
    return ServiceDefinitionView.of(category, context.locale)


@routes.post("/open311/v2/requests", formats=FORMATS, public=True)
def create_request(
    open311: Open311,
    context: RequestContext,
    form: ReportForm,
    query: JurisdictionQuery,
) -> CreatedRequestList:
    """Report a problem with an api_key."""
    id, category = open311.report(
        context,
        form.api_key,
        form.jurisdiction_id or query.jurisdiction_id,
        form.report(),
    )
    notice = NOTICE
    if category.private:
        notice = PRIVATE_NOTICE
    created = CreatedRequest(
        service_request_id=id, service_notice=notice.format(context.locale)
    )
    return CreatedRequestList([created])


@routes.get("/open311/v2/requests", formats=FORMATS, public=True)
def list_requests(
    open311: Open311, context: RequestContext, query: RequestsQuery
) -> Reply[ServiceRequestList]:
    """List public reports, newest first. A header `Link` leads to those that are left out."""
    found = open311.list_requests(query.jurisdiction_id, query.filter())
    view = ServiceRequestList.of(found.reports, context.locale)
    return Reply(view=view, headers=_link(query, found.rest))


@routes.get("/open311/v2/requests/{document}", public=True)
def read_request(
    open311: Open311,
    context: RequestContext,
    document: str,
    query: JurisdictionQuery,
) -> ServiceRequestList:
    """Read a public report."""
    report = open311.read_request(query.jurisdiction_id, _name(document))
    return ServiceRequestList.of([report], context.locale)


@routes.get("/open311/v2/tokens/{document}", public=True)
def read_token(
    open311: Open311,
    context: RequestContext,
    document: str,
    query: JurisdictionQuery,
) -> RequestTokenList:
    """Read the report of a token. Both have the same id, for no report is deferred."""
    id = open311.read_request(query.jurisdiction_id, _name(document)).ticket.id
    return RequestTokenList([RequestTokenView(service_request_id=id, token=id)])


@routes.get("/open311/v2/servicerequestupdates", formats=FORMATS, public=True)
def list_request_updates(
    open311: Open311, context: RequestContext, query: UpdatesQuery
) -> Reply[RequestUpdateList]:
    """List updates of public reports, oldest first. A header `Link` leads to those left out."""
    found = open311.list_updates(query.jurisdiction_id, query.filter())
    view = RequestUpdateList.of(found.updates)
    return Reply(view=view, headers=_link(query, found.rest))


@routes.post(
    "/open311/v2/servicerequestupdates",
    formats=FORMATS,
    public=True,
    repeatable=False,
)
def create_request_update(
    open311: Open311,
    context: RequestContext,
    form: UpdateForm,
    query: JurisdictionQuery,
) -> CreatedUpdateList:
    """Add an update to a public report with an api_key."""
    jurisdiction = form.jurisdiction_id or query.jurisdiction_id
    id = open311.update(
        context,
        form.api_key,
        jurisdiction,
        form.service_request_id,
        form.description,
    )
    return CreatedUpdateList([CreatedUpdate(update_id=id)])
