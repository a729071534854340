"""Names that imitate an office, such as 民警 or 居委会. Pure.

At a door such a name opens what a neighbour's name does not. Only people with a role may have one.
"""

import re
import unicodedata
from collections.abc import Iterable

from ..kernel.access import Grant, Role

__all__ = ["may_be_named"]

# Traditional characters, each before the simplified one of the words below.
_PAIRS = (
    "務务輔辅廳厅機机關关幹干員员區区網网隊队書书記记黨党組组檢检辦办處处衛卫衞卫"
    "長长誌志願愿協协會会暉晖臺台統统紀纪訪访鎮镇業业"
)
_VARIANTS = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
# Letters of other scripts that look like Latin ones.
_LOOKALIKES = str.maketrans("аеорсухіјкмтοαρϲνκιτ", "aeopcyxijkmtoapcvkit")
_OFFICES = (
    "民警|警察|警官|警务|交警|辅警|特警|派出所|公安(?:局|厅|分局|机关|干警|人员)"
    "|居委|村委|社区|街道|街办|网格|城管|消防|政府|政务|(?<!上)官方|客服|工作人员|管理员"
    "|书记|主任|党委|党组|党支部|法院|法官|检察|司法所|办事处|纪委|信访|卫生(?:局|院|所|站)"
    "|民政(?:局|厅|所)|社工(?:站|部)|局长|所长|镇长|区长|市长|志愿者协会|春晖平台|系统消息"
)  # 上官 is a surname
_LATIN = (
    "police|officer|official|government|administrator|customerservice"
    "|minjing|jingcha|juweihui|wanggeyuan|paichusuo"
)
_OFFICE = re.compile(f"{_OFFICES}|{_LATIN}")
_PROPERTY = re.compile("物业")


def _folded(name: str) -> str:
    """Return a name as it reads: without gaps and marks, in one form of each character."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    folded = folded.translate(_VARIANTS).translate(_LOOKALIKES)
    return "".join(filter(str.isalpha, folded))


def may_be_named(
    name: str, grants: Iterable[Grant] = (), *, by_staff: bool = False
) -> bool:
    """Say whether a person with these roles may have a name.

    Staff may be named after their office, and property management after their company. Staff
    register the people of a company before they give them the role.
    """
    highest = max((grant.role.rank for grant in grants), default=0)
    if highest >= Role.GRID_WORKER.rank:
        return True
    folded = _folded(name)
    if _OFFICE.search(folded):
        return False
    of_company = by_staff or highest >= Role.PROPERTY.rank
    return of_company or not _PROPERTY.search(folded)
