"""Numbers about exports, each with its reason."""

from datetime import timedelta

from ..kernel.rate_limit import RateLimit

__all__ = [
    "ADDRESS_FOR",
    "AT_ONCE_READ_MAX",
    "CLEARED_PER_STEP",
    "DATA_PER_STEP",
    "FORGOTTEN_AFTER",
    "KEPT_FOR",
    "LINK_FOR",
    "MAX_CSV_ROWS",
    "MAX_PER_DAY",
    "MAX_RUNNING",
    "MAX_TRIES",
    "MAX_XLSX_ROWS",
    "PAGE_SIZE",
    "PEOPLE_PER_STEP",
    "PER_DAY",
    "RETRY_AFTER",
    "ROWS_AT_ONCE",
    "STEP_LEASE",
]

# Rows of an answer that is made at once: a second of reading, half a megabyte.
ROWS_AT_ONCE = 1_000
# Rows that are looked through for it. A grid has about a hundredth of its street.
AT_ONCE_READ_MAX = 5_000
PAGE_SIZE = 500  # rows read in one step: half a second
PEOPLE_PER_STEP = 100  # whose messages are read in one step, a request each
DATA_PER_STEP = 256 * 1024  # bytes of a person's own data in one step
# A file of text cells takes 60 µs a cell to write. The limit keeps the last step below a minute.
MAX_XLSX_ROWS = 100_000
MAX_CSV_ROWS = 200_000  # the whole file is in the memory of a worker: 60 MB
MAX_RUNNING = 3  # exports of one person
MAX_PER_DAY = 20
PER_DAY = RateLimit.calendar_day("exports", MAX_PER_DAY, "export.too_many")
# Longer than a worker may live (300 s): so two never work on one step.
STEP_LEASE = timedelta(minutes=6)
RETRY_AFTER = timedelta(minutes=1)  # after a failure of the file store
MAX_TRIES = 5  # of one step
LINK_FOR = timedelta(hours=24)  # how long a ready file can be fetched
ADDRESS_FOR = timedelta(minutes=10)  # how long one address of it is good
KEPT_FOR = timedelta(days=7)  # then the file is deleted
CLEARED_PER_STEP = 200  # files deleted in one job: some seconds
FORGOTTEN_AFTER = timedelta(days=30)  # how long the list shows what is gone
