"""Send one message to 100,000 people, with fifty crashes on the way: costs, results and memory.

The engine is that of the tests of faults (`tests/faults/cloud.py`). One thread plays sweep, queue
and workers over the embedded store, one share at a time. It sends 20 messages a second by a clock
that does not move while a share is sent. The audience is a place, which is read through its index
as on AWS.

Fifty times the process "dies", before or after a call of AWS or of a provider. A seed draws the
places: ten while the audience is read, forty while messages are sent. So the same number of people
gives the same crashes and the same counts. One thread keeps the order of crashes the same in every
run. Two threads put plain rows about twice as fast, since the store is a process of its own.

At the end the whole message log is compared with the calls at the providers and with the list of
visits (`check_at_rest`). The run stops if a person got the message twice, or got none and is not
listed. Units are those that the store reports, crashes included. Of a hundred people one shares a
phone, one has none, and one wants no SMS.

The run has a process of its own, so that its peak of memory (`getrusage`) is its own. The queries
for the next due row, which the stand-in makes, are not counted.
"""

import subprocess
import sys

__all__ = ["main"]

MEMBERS = 100_000


def main(members: int = MEMBERS) -> None:
    """Print the tables, from a process of its own."""
    command = [sys.executable, "-m", "bench.fanout_run", str(members)]
    subprocess.run(command, check=True)
