"""The texts that people agree to, by purpose and locale.

Each says its purpose, the data, who sees it, how long it is kept and how to withdraw, as the
Personal Information Protection Law (articles 14, 17, 29 and 31) asks for. A changed text needs a
new version in `policy.CONSENT_TEXTS`; a test compares both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from ..kernel.text_catalogue import LOCALES, Text, text
from .policy import CONSENT_TEXTS

__all__ = ["TEXTS", "ConsentText", "consent_texts"]

TEXTS: dict[str, Text] = {
    "terms": text(
        zh=(
            "目的：让您能提出心愿、报告问题，或帮助邻居。"
            "我们保存：姓名、手机号、住址、您提交的内容、办理经过和收到的消息。"
            "谁能看到：您所在社区和街道的工作人员；承接您心愿的志愿者在上门期间能看到您的姓名、住址和联系方式。"
            "公开页面不显示姓名、手机号和门牌。"
            "保存多久：心愿和问题办结两年后去除个人信息；消息记录400天；工作人员的查看记录三年。"
            "注销账号后立即删除；若曾看到他人住址、曾被停用或担任工作人员，"
            "姓名和手机号封存180天，只有街道管理员说明理由后可以查看。"
            "如何撤回：在“我的”里撤回同意、导出资料或注销账号，也可以请社区工作人员办理。"
        ),
        en=(
            "Purpose: you can file wishes, report problems and help neighbours. "
            "We keep: your name, phone, home address, what you submit, how it was handled, and the "
            "messages that you received. "
            "Who sees it: the staff of your community and street. A volunteer who takes your wish "
            "sees your name, address and contact until the visit is over. Public pages show no "
            "name, phone or door. "
            "How long: wishes and reports lose what is personal two years after they end. Messages "
            "are kept for 400 days, the record of who looked at your data for three years. Erasing "
            "your account deletes your data at once. If you were shown the home of somebody else, "
            "were blocked or served as staff, your name and phone stay sealed for 180 days. Only a "
            "street administrator can read them, with a reason. "
            "How to withdraw: withdraw consent, export your data or erase your account under Me, "
            "or ask the staff of your community."
        ),
    ),
    "acting": text(
        zh=(
            "目的：请他人或社区工作人员代您提交心愿或报告。"
            "我们保存：您的口头或书面同意、见证人、记录人和时间，以及代您填写的内容。"
            "谁能看到：代办人和您所在社区、街道的工作人员。"
            "保存多久：与该心愿或报告相同；同意记录保留到注销后，并去除见证人姓名。"
            "如何撤回：告诉代办人或社区工作人员，或撤回该心愿，此后不再代办。"
        ),
        en=(
            "Purpose: somebody you trust, or staff, files a wish or a report for you. "
            "We keep: your spoken or written consent, its witness, who recorded it and when, and "
            "what was filed for you. "
            "Who sees it: the person who acts for you, and the staff of your community and "
            "street. "
            "How long: as long as the wish or report. The record of the consent stays after an "
            "erasure, without the name of a witness. "
            "How to withdraw: tell the person who acts for you, or staff, or withdraw the wish. "
            "Nobody acts for you from then on."
        ),
    ),
    "contact_via": text(
        zh=(
            "目的：您没有手机或不便接听时，请一位信任的人代收消息、代为答复。"
            "我们保存：这位联系人是谁。"
            "谁能看到：社区和街道的工作人员；联系人会收到与您的心愿和报告有关的消息。"
            "保存多久：直到您更换联系人、撤回同意或注销。"
            "如何撤回：告诉社区工作人员，或在“我的”里撤回；联系人立即不再收到消息，也不能再代您办理。"
        ),
        en=(
            "Purpose: somebody you trust receives messages for you and answers them, if you have "
            "no phone or cannot answer it. "
            "We keep: who this contact is. "
            "Who sees it: the staff of your community and street. The contact receives messages "
            "about your wishes and reports. "
            "How long: until you name another contact, withdraw, or erase your account. "
            "How to withdraw: tell staff, or withdraw under Me. From that moment the contact gets "
            "no messages and cannot act for you."
        ),
    ),
    "household": text(
        zh=(
            "目的：把同住的人记为一户，避免重复办理同一件事。"
            "我们保存：您属于哪一户。"
            "谁能看到：社区和街道的工作人员。"
            "保存多久：直到您搬出、撤回同意或注销。"
            "如何撤回：告诉社区工作人员，或在“我的”里撤回。"
        ),
        en=(
            "Purpose: people who live together are one household, so that the same matter is not "
            "handled twice. "
            "We keep: the household that you belong to. "
            "Who sees it: the staff of your community and street. "
            "How long: until you move out, withdraw, or erase your account. "
            "How to withdraw: tell staff, or withdraw under Me."
        ),
    ),
    "promotions": text(
        zh=(
            "目的：向您发送社区活动和志愿服务招募消息。"
            "我们使用：您的手机号或邮箱，以及所在社区。"
            "谁能看到：发送渠道的运营商；不提供给其他人。"
            "保存多久：直到您撤回同意或注销。"
            "如何撤回：回复“退订”，或在“我的”里关闭，立即生效，不影响其他服务。"
        ),
        en=(
            "Purpose: we send you news of events and calls for volunteers. "
            "We use: your phone or e-mail address, and your community. "
            "Who sees it: the carrier that delivers the message, and nobody else. "
            "How long: until you withdraw or erase your account. "
            "How to withdraw: answer TD, or turn it off under Me. It takes effect at once and "
            "changes no other service."
        ),
    ),
    "care": text(
        zh=(
            "目的：让来帮忙的人知道家中有未成年人、卧床或独居的人，并由合适的人上门。"
            "这些属于敏感个人信息，需要您单独同意。"
            "我们保存：心愿上的这些标记和您写下的健康情况。"
            "谁能看到：社区和街道的工作人员；承接的志愿者只看到注意事项，例如“先打电话”“两人同行”。"
            "保存多久：心愿结束两年后删除。"
            "如何撤回：告诉社区工作人员，或在“我的”里撤回；此后不再记录这些标记，心愿仍可办理。"
        ),
        en=(
            "Purpose: those who help know that a minor, a bedridden person or somebody living "
            "alone is at home, and a suitable person visits. These are sensitive data, so we ask "
            "for a consent of its own. "
            "We keep: these marks on a wish, and what you write about health. "
            "Who sees it: the staff of your community and street. The volunteer sees instructions "
            "only, such as: ring first, come as two. "
            "How long: until two years after the wish has ended. "
            "How to withdraw: tell staff, or withdraw under Me. No marks are recorded from then "
            "on; wishes are still possible."
        ),
    ),
    "guardian": text(
        zh=(
            "目的：未满14周岁的孩子使用本服务，须由父母或其他监护人同意。"
            "我们保存：孩子的出生年份、监护人是谁，以及监护人同意的记录。"
            "谁能看到：社区和街道的工作人员。"
            "保存多久：孩子年满14周岁或注销为止；同意记录随账号保存。"
            "如何撤回：监护人告诉社区工作人员即可；孩子的账号随之停止使用并可删除。"
        ),
        en=(
            "Purpose: a child below 14 uses this service only with the consent of a parent or "
            "another guardian. "
            "We keep: the child's year of birth, who the guardian is, and the record of their "
            "consent. "
            "Who sees it: the staff of your community and street. "
            "How long: until the child is 14 or the account is erased. The record of the consent "
            "stays with the account. "
            "How to withdraw: the guardian tells staff. The child's account is then closed and can "
            "be erased."
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """The current text of a purpose in a locale. `hash` is its SHA-256 in hexadecimal digits."""

    purpose: str
    version: str
    locale: str
    hash: str
    text: str


def consent_texts() -> Iterator[ConsentText]:
    """Yield the current texts of all purposes in all locales."""
    for purpose, version in CONSENT_TEXTS.items():
        for locale in LOCALES:
            words = TEXTS[purpose].by_locale[locale]
            yield ConsentText(
                purpose=purpose,
                version=version,
                locale=locale,
                hash=sha256(words.encode()).hexdigest(),
                text=words,
            )
