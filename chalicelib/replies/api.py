"""Routes for what comes back."""

from ..kernel.request import RequestContext, Signed
from ..web.pages import HtmlPage
from ..web.routes import Routes
from .schemas import WebhookIn
from .service import Replies
from .texts import PAGES, REFUSALS

__all__ = ["routes"]

routes: Routes[Replies] = Routes("replies", REFUSALS)


@routes.post("/v1/webhooks/sms/{provider}", status=204, public=True, conditional=False)
def take_sms_webhook(
    replies: Replies,
    context: RequestContext,
    provider: str,
    body: WebhookIn,
    signed: Signed,
) -> None:
    """Take delivery reports and replies of an SMS provider, signed with its key."""
    replies.check_signature(provider, signed)
    replies.take(provider, body.delivery_reports(), body.sms_replies())


@routes.get("/v1/unsubscribe/{token}", public=True)
def ask_unsubscribe(replies: Replies, context: RequestContext, token: str) -> HtmlPage:
    """Ask once more before mail is stopped: programs that look into mails open every address."""
    replies.check_unsubscribe(token)
    words = _words(context)
    return HtmlPage.asking(
        context.locale,
        words["unsubscribe.title"],
        words["unsubscribe.ask"],
        words["unsubscribe.button"],
    )


@routes.post("/v1/unsubscribe/{token}", public=True, conditional=False)
def unsubscribe(replies: Replies, context: RequestContext, token: str) -> HtmlPage:
    """Stop e-mail to a person (RFC 8058: by the button of a mail program, or that of our page)."""
    replies.unsubscribe(token)
    words = _words(context)
    return HtmlPage.saying(
        context.locale, words["unsubscribe.title"], words["unsubscribe.done"]
    )


def _words(context: RequestContext) -> dict[str, str]:
    return {name: text.format(context.locale) for name, text in PAGES.items()}
