"""Routes for SMS providers, for replies that wait, and for unsubscribing from e-mail."""

from ..kernel.request import RequestContext, Signed
from ..web.fields import NoFields
from ..web.pages import HtmlPage
from ..web.routes import Routes
from .schemas import ReplyView, SmsWebhookIn
from .service import Replies
from .texts import PAGES, REFUSALS

__all__ = ["routes"]

routes: Routes[Replies] = Routes("replies", REFUSALS)


@routes.post(
    "/v1/webhooks/sms/{provider}", status=204, public=True, conditional=False
)
def receive_sms_webhook(
    replies: Replies,
    context: RequestContext,
    provider: str,
    body: SmsWebhookIn,
    signed: Signed,
) -> None:
    """Receive delivery reports and replies of an SMS provider, signed with its key."""
    replies.check_signature(provider, signed)
    replies.receive(provider, body.delivery_reports(), body.sms_replies())


def _reread(
    replies: Replies, context: RequestContext, reply_id: str
) -> ReplyView:
    """Return a reply for a repeated request."""
    return ReplyView.of(replies.keeper.reread(context, reply_id))


@routes.post(
    "/v1/replies/{reply_id}/handled", conditional=False, reread=_reread
)
def handle_reply(
    replies: Replies,
    context: RequestContext,
    reply_id: str,
    body: NoFields,
) -> ReplyView:
    """Record that staff have seen to a reply by SMS."""
    return ReplyView.of(replies.keeper.handle(context, reply_id))


@routes.get("/v1/unsubscribe/{token}", public=True)
def ask_unsubscribe(
    replies: Replies, context: RequestContext, token: str
) -> HtmlPage:
    """Ask for confirmation before e-mail is stopped: mail scanners open every link."""
    replies.check_unsubscribe(token)
    words = _words(context)
    return HtmlPage.asking(
        context.locale,
        words["unsubscribe.title"],
        words["unsubscribe.ask"],
        words["unsubscribe.button"],
    )


@routes.post("/v1/unsubscribe/{token}", public=True, conditional=False)
def unsubscribe(
    replies: Replies, context: RequestContext, token: str
) -> HtmlPage:
    """Stop e-mail to a person, by the button of a mail program (RFC 8058) or of our page."""
    replies.unsubscribe(token)
    words = _words(context)
    return HtmlPage.saying(
        context.locale, words["unsubscribe.title"], words["unsubscribe.done"]
    )


def _words(context: RequestContext) -> dict[str, str]:
    return {name: text.format(context.locale) for name, text in PAGES.items()}
