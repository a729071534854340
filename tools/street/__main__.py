"""Fill a data folder with a street of many people, as it is after a year.

python -m tools.street --people 43000 --seed 1 --data-dir DIR

Then `make run DATA_DIR=DIR` serves it. The administrator signs in with +8613900000001. The same
seed and secrets of the folder give the same people, wishes and tickets; instants count back from
now.
"""

import argparse
import sys
import time
from datetime import datetime
from pathlib import Path

from chalicelib.kernel.clock import SystemClock
from devserver.data_folder import DataFolder
from devserver.run import local_settings
from devserver.store_import import import_things

from .drawing import draw_street
from .scale import StreetScale

__all__ = ["fill_folder", "main"]


def main() -> None:
    """Read the options and fill the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--people", type=int, default=StreetScale().people)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data-dir", type=Path, required=True)
    given = parser.parse_args()
    scale = StreetScale(people=given.people)
    began = time.monotonic()
    now = SystemClock().now()
    rows = fill_folder(given.data_dir, scale, given.seed, now)
    seconds = time.monotonic() - began
    print(f"{rows:,} rows in {given.data_dir}, made in {seconds:.0f} s")


def fill_folder(
    folder: Path, scale: StreetScale, seed: int, now: datetime
) -> int:
    """Fill a folder that holds no data yet; return the number of rows."""
    data = DataFolder(folder)
    data.create()
    with data.locked():
        if data.is_seeded:
            sys.exit(f"{folder} holds a street already: use another folder.")
        data.prepare()
        settings = local_settings(data, "")
        things = draw_street(settings, scale, seed, now)
        rows = import_things(folder, settings.table_prefix, things)
        data.mark_seeded()
    return rows


if __name__ == "__main__":
    main()
