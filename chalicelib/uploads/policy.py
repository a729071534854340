"""Numbers about uploads, each with its reason."""

from datetime import timedelta

from ..kernel.rate_limit import RateLimit

__all__ = [
    "ARRIVES_WITHIN",
    "CLEARED_AFTER",
    "DELETED_PER_STEP",
    "FORGOTTEN_AFTER",
    "FORM_LASTS",
    "MAX_BYTES",
    "MAX_PER_HOUR",
    "PER_HOUR",
    "SHOWN_FOR",
    "USED_WITHIN",
]

MAX_BYTES = 8 * 1024 * 1024
MAX_PER_HOUR = 20  # uploads that somebody may begin within an hour: 160 MiB
PER_HOUR = RateLimit.fixed_window(
    "hour", MAX_PER_HOUR, timedelta(hours=1), "upload.too_many"
)
FORM_LASTS = timedelta(
    minutes=10
)  # how long a form is good for, more than once
ARRIVES_WITHIN = timedelta(
    hours=1
)  # a slow phone that began in time; after it nothing can arrive any more
CLEARED_AFTER = timedelta(
    minutes=10
)  # longer than any worker lives that might still write a photo
USED_WITHIN = timedelta(
    hours=24
)  # what is part of nothing by then was not wanted
SHOWN_FOR = timedelta(minutes=15)  # how long an address of a photo is good for
FORGOTTEN_AFTER = timedelta(
    days=30
)  # how long it is still known why an upload came to nothing
DELETED_PER_STEP = 20  # commits in one job, well inside a minute
