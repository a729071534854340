"""Founds a street and names its first administrator: what no route can do. Run by an operator with the installation's environment.

python -m tools.bootstrap --street chunhui --name 春晖路街道 --admin-phone +8613900000001 --admin-name 林晖
"""

import argparse
import re

from chalicelib.people.schemas import mainland_mobile
from chalicelib.places import feature as places_feature
from chalicelib.runtime import services
from chalicelib.staff_directory import feature as staff_directory_feature

__all__ = ["main"]


def main() -> None:
    """Found the street; running it again renames it and adds the administrator."""
    parser = argparse.ArgumentParser(
        description="Found a street and name its first administrator."
    )
    parser.add_argument(
        "--street", required=True, help="the street's code, [a-z0-9-]{1,24}"
    )
    parser.add_argument("--name", required=True, help="the street's name")
    parser.add_argument("--zone", default="Asia/Shanghai", help="its time zone")
    parser.add_argument("--admin-phone", required=True, help="a mainland mobile number")
    parser.add_argument("--admin-name", required=True)
    given = parser.parse_args()
    if not re.fullmatch(r"[a-z0-9-]{1,24}", given.street):
        parser.error("a street's code is 1 to 24 of a-z, 0-9 and -")
    house = services()
    house.get(places_feature.feature).found_street(given.street, given.name, given.zone)
    admin = house.get(staff_directory_feature.feature).bootstrap_admin(
        mainland_mobile(given.admin_phone), given.admin_name, given.street
    )
    house.get(places_feature.feature).put_on_duty(
        given.street, "street_admin", admin.id
    )
    print(f"{given.street}: {admin.id} is street_admin")


if __name__ == "__main__":
    main()
