r"""Create a street and its first administrator, which no route can do.

It runs with the installation's environment (`python -m tools.inside`).

python -m tools.bootstrap --street chunhui --name 春晖路街道 \
    --admin-phone +8613900000001 --admin-name 林晖
With `--reset-factor` it also removes a lost second factor of that administrator.
"""

import argparse
import re

from chalicelib.factors import feature as factors_feature
from chalicelib.people.fields import mainland_mobile
from chalicelib.places import feature as places_feature
from chalicelib.runtime import services
from chalicelib.staff_directory import feature as staff_directory_feature

__all__ = ["main"]


def main() -> None:
    """Create the street. A second run renames it and adds the administrator."""
    parser = argparse.ArgumentParser(
        description="Create a street and its first administrator."
    )
    parser.add_argument(
        "--street",
        required=True,
        help="the street's code, [a-z0-9-]{1,24}",
    )
    parser.add_argument("--name", required=True, help="the street's name")
    parser.add_argument("--zone", default="Asia/Shanghai", help="its time zone")
    parser.add_argument(
        "--admin-phone",
        required=True,
        help="a mainland mobile number",
    )
    parser.add_argument("--admin-name", required=True)
    parser.add_argument(
        "--reset-factor",
        action="store_true",
        help="remove the administrator's second factor; their sessions end",
    )
    given = parser.parse_args()
    if not re.fullmatch(r"[a-z0-9-]{1,24}", given.street):
        parser.error("a street's code is 1 to 24 of a-z, 0-9 and -")
    container = services()
    places = container.get(places_feature.feature)
    directory = container.get(staff_directory_feature.feature)
    places.found_street(given.street, given.name, given.zone)
    phone = mainland_mobile(given.admin_phone)
    admin = directory.bootstrap_admin(phone, given.admin_name, given.street)
    places.put_on_duty(given.street, "street_admin", admin.id)
    print(f"{given.street}: {admin.id} is street_admin")
    if given.reset_factor:
        removed = container.get(factors_feature.resets).reset_by_operator(
            admin.id
        )
        print("second factor removed" if removed else "no second factor")


if __name__ == "__main__":
    main()
