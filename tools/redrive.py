"""Makes jobs that failed for good due again, once their cause is mended. Run by an operator with the installation's environment.

python -m tools.redrive            # lists what is parked
python -m tools.redrive --all      # makes all of it due again
python -m tools.redrive due_…      # only these
"""

import argparse

from chalicelib.admin import feature as admin_feature
from chalicelib.runtime import services

__all__ = ["main"]


def main() -> None:
    """List what is parked, or make it due again."""
    parser = argparse.ArgumentParser(
        description="List parked jobs, or make them due again."
    )
    parser.add_argument("ids", nargs="*", help="jobs to make due again")
    parser.add_argument("--all", action="store_true", help="every job")
    given = parser.parse_args()
    house = services()
    for job in house.core.outbox.every_parked():
        print(
            f"{job.id}  {job.record.kind:28}  due {job.record.at:%Y-%m-%d %H:%M}  {job.place or '-'}"
        )
    if given.ids or given.all:
        print(
            f"{house.get(admin_feature.feature).redrive_all(None if given.all else given.ids)} made due again"
        )


if __name__ == "__main__":
    main()
