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
        due = f"due {job.record.at:%Y-%m-%d %H:%M}"
        print(f"{job.id}  {job.record.kind:28}  {due}  {job.place or '-'}")
    if given.ids or given.all:
        ids = None if given.all else given.ids
        count = container.get(admin_feature.feature).redrive_all(ids)
        print(f"{count} made due again")


if __name__ == "__main__":
    main()
