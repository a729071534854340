"""Words by which redaction knows doors, contact handles, forms of address and risks.

Each list is one text, parted by blanks.
"""

__all__ = [
    "DOMAIN_ENDINGS",
    "DOORS",
    "DOUBLE_SURNAMES",
    "EMERGENCY_NUMBERS",
    "ENGLISH_DOORS",
    "HANDLES",
    "HAN_DOMAIN_ENDINGS",
    "MEASURES",
    "OWN_STOREY",
    "RESIDENTS",
    "REVIEW",
    "ROOMS",
    "SHARED_PARTS",
    "TITLES",
    "WHEREABOUTS",
]

# After a number.
DOORS = "号楼 号院 号门 号房 号屋 栋 棟 幢 座 单元 室 楼 层 弄 巷 门 户 房间 号"
# Before a storey that is somebody's own.
OWN_STOREY = "住在 家住 住 家在 我家 搬到 搬来"
# After a storey: the parts of a building that all share. A storey of these is nobody's door.
SHARED_PARTS = (
    "走廊 过道 走道 楼道 楼梯 电梯 平台 拐角 转角 大厅 门厅 露台 天台 消防栓 "
    "公共区域 公共部位 之间"
)
# Before a number.
ROOMS = "房间号 房间 房号 门牌号码 门牌号 门牌 室号 宿舍 寝室 病房 床位 房 室"
# Before a number of three digits or more.
WHEREABOUTS = "家住 住在 住 我家是 我家 家在 搬到 搬来 隔壁 对门 对面 楼上 楼下 敲 找 送到 送去 在"
# After a number of three or four digits.
RESIDENTS = (
    "的老 的邻 的住 的人 的大 的阿 的奶 的爷 的婆 的女 的男 的小 的业 的租 的房 的门 的狗 "
    "家 邻居 住户 业主 租客 租户 房东 老人 老太 老头 大爷 大妈 阿姨 奶奶 爷爷 婆婆 那 这 "
    "漏水 没人 有人 住着"
)
# After a number that counts something, and so is no door.
MEASURES = (
    "元 块 斤 公斤 克 千克 米 公里 个 人 位 毫 度 次 岁 分 秒 天 年 月 日 点 时 小时 周 件 只 "
    "张 本 箱 袋 瓶 台 平 升 码 号线 路 % kg ml km cm m g"
)
EMERGENCY_NUMBERS = "110 112 119 120 122"
ENGLISH_DOORS = (
    "room rm flat apt apartment unit building bldg block tower suite floor door "
    "house no"
)
HANDLES = (
    "微信 薇信 威信 维信 徽信 weixin wechat vx wx v信 加v 加微 加薇 qq 扣扣 企鹅号 球球 "
    "抖音号 抖音 快手号 快手 小红书号 小红书 微博 支付宝 陌陌 钉钉 飞书 电报 telegram "
    "whatsapp skype"
)
DOMAIN_ENDINGS = (
    "com cn net org top xyz vip cc io me info shop site club icu ltd link store online tech app "
    "work live pro biz mobi wang ren love red tv co hk tw example"
)
HAN_DOMAIN_ENDINGS = "中国 公司 网络 网址 商城 我爱你 在线 中文网 集团"
TITLES = (
    "奶奶 爷爷 阿姨 叔叔 大妈 大爷 大姐 大哥 大叔 大婶 大娘 师傅 老师 医生 女士 先生 小姐 太太 "
    "老太太 老太 老头 老汉 婆婆 伯伯 阿婆 阿公 婶婶 姑姑 嫂子 同学"
)
DOUBLE_SURNAMES = (
    "欧阳 司马 诸葛 上官 司徒 东方 独孤 南宫 夏侯 皇甫 尉迟 公孙 慕容 令狐 宇文 "
    "长孙 端木 轩辕"
)
# They tell when a home is empty or undefended. Staff decide before such a text is public.
REVIEW = (
    "独居 独自 单独住 一个人住 一人住 自己住 一个人在家 独自在家 一个人生活 孤身 留守 没人陪 "
    "家里没人 家中没人 家中无人 家里无人 屋里没人 没人在家 无人在家 不在家 都不在 出远门 出差 钥匙 "
    "门没锁 没锁门 不锁门 门不锁 锁坏 密码 暗号 现金 存折 银行卡 身份证 瘫痪 卧床 失明 失聪 失能 "
    "看不见 听不见 痴呆 残疾 轮椅 住院 怀孕 孕妇 孤儿 精神病 抑郁 自杀 癌 艾滋 livesalone "
    "livealone livingalone homealone alone sparekey key password bedridden nobodyhome nooneishome "
    "notathome"
)
