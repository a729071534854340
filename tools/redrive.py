"""Make parked jobs due again once their cause is mended, with the installation's environment.

python -m tools.redrive            # list the parked jobs
python -m tools.redrive --all      # make all of them due again
python -m tools.redrive due_…      # only these
"""

import argparse

from chalicelib.admin import feature as admin_feature
from chalicelib.runtime import services

__all__ = ["main"]


def main() -> None:
    """List the parked jobs, and make the named ones due again."""
    parser = argparse.ArgumentParser(
        description="List parked jobs, or make them due again."
    )
    parser.add_argument("ids", nargs="*", help="jobs to make due again")
    parser.add_argument("--all", action="store_true", help="every job")
    given = parser.parse_args()
    container = services()
    for job in container.core.outbox.every_parked():
        record = job.record
        due = f"due {record.at:%Y-%m-%d %H:%M}"
        place = job.place or "-"
        print(f"{job.id}  {record.kind:28}  {due}  {place}")
    if given.ids or given.all:
        ids = given.ids
        if given.all:
            ids = None
        admin = container.get(admin_feature.feature)
        count = admin.redrive_all(ids)
        print(f"{count} made due again")


if __name__ == "__main__":
    main()
