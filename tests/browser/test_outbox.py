"""What is written without a network: it is kept, sent once, and never lost."""

import struct
import zlib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from .lossy import LossyLine, lossy_line
from .phone import Phone
from .street import Street, free_port, open_street
from .test_volunteers import approve, claim, delivery_code, file_wish

DOOR = "chunhui.baihua.g01.b01.u1"
_BOX = "#outbox"


def photo(width: int = 40, height: int = 30) -> bytes:
    """Return a small PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    rows = b"".join(b"\0" + b"\x20\x80\x40" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.fixture(scope="module")
def line() -> Iterator[LossyLine]:
    with lossy_line(free_port()) as opened:
        yield opened


@pytest.fixture(scope="module")
def street(
    line: LossyLine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    """A street behind a line that loses answers."""
    url = f"http://127.0.0.1:{line.port}"
    folder = tmp_path_factory.mktemp("street")
    with open_street(folder, line.server_port, url) as opened:
        yield opened


def test_j11_a_report_without_network(
    phone: Callable[..., Phone], line: LossyLine
):
    words = "三楼楼梯扶手松了"
    resident = phone("0101")
    # The worker of the site has to be there before the network goes.
    resident.open("/m")
    resident.page.evaluate("navigator.serviceWorker.ready")
    resident.open(f"/m/report?place={DOOR}")
    resident.attach(photo())
    resident.choose("房屋维修")
    resident.write("说一说", words)
    resident.context.set_offline(True)
    resident.tap("提交")
    expect(resident.page.locator(_BOX)).to_contain_text("1")
    expect(resident.page.locator(_BOX)).to_be_in_viewport()
    resident.page.close()

    # The tab was closed. A new one is opened, still without network.
    resident.page = resident.context.new_page()
    resident.open("/m")
    resident.sees("没有网络")
    expect(resident.page.locator(_BOX)).to_contain_text("1")
    resident.page.close()

    line.lose = "/m/report"
    resident.page = resident.context.new_page()
    resident.context.set_offline(False)
    resident.open("/m")
    posts = line.wait_for_posts("/m/report", 1)
    expect(resident.page.locator(_BOX)).to_contain_text("1")
    resident.context.set_offline(True)
    resident.context.set_offline(False)
    posts = line.wait_for_posts("/m/report", 2)
    assert posts[0] == posts[1]
    expect(resident.page.locator(_BOX)).to_be_hidden()
    resident.open("/m/tickets")
    expect(resident.page.locator(".card", has_text=words)).to_have_count(1)
    resident.tap(words)
    resident.sees(words)
    expect(resident.page.locator("img.photo")).to_have_count(1)


def test_what_the_server_refuses_is_shown_with_what_was_written(
    phone: Callable[..., Phone],
):
    resident = phone("0102")
    resident.open(f"/m/report?place={DOOR}")
    resident.write("说一说", "没有选种类")
    resident.tap("提交")
    resident.page.locator(".errors").wait_for()
    label = resident.page.get_by_label("说一说")
    assert label.input_value() == "没有选种类"
    expect(resident.page.locator(_BOX)).to_be_hidden()


def test_the_outbox_of_one_person_is_not_sent_by_another(
    phone: Callable[..., Phone], street: Street
):
    resident = phone("0103")
    resident.open("/m")
    resident.open(f"/m/report?place={DOOR}")
    resident.choose("房屋维修")
    resident.write("说一说", "另一个人的")
    resident.context.set_offline(True)
    resident.tap("提交")
    expect(resident.page.locator(_BOX)).to_contain_text("1")
    resident.context.add_cookies(street.cookies_of("0104"))
    resident.context.set_offline(False)
    resident.open("/m/tickets")
    resident.sees("还没有反映过")
    expect(resident.page.locator(_BOX)).to_be_hidden()
    resident.context.add_cookies(street.cookies_of("0103"))
    resident.open("/m")
    expect(resident.page.locator(_BOX)).to_be_hidden()
    resident.open("/m/tickets")
    resident.sees("另一个人的")


def test_j9_a_visit_without_network(
    phone: Callable[..., Phone], street: Street
):
    title = "阳台纱窗要修"
    owner, helper = phone("0105"), phone("0014")
    path = file_wish(owner, title, "帮忙")
    approve(phone("0002"), path)
    claim(helper, path)
    helper.context.set_offline(True)
    if not helper.target("到了").first.is_visible():
        helper.unfold()
    helper.tap("到了")
    expect(helper.page.locator(_BOX)).to_contain_text("1")
    helper.context.set_offline(False)
    helper.sees("已记下到达时间")
    code = delivery_code(street, "0105", title)
    helper.open(f"{path}/deliver")
    helper.write("送达码", code)
    helper.context.set_offline(True)
    helper.tap("确认送达")
    expect(helper.page.locator(_BOX)).to_contain_text(title)
    helper.context.set_offline(False)
    helper.sees("已记下")
    owner.open(path)
    owner.sees("已完成")


@pytest.mark.parametrize("with_scripts", [False])
def test_j12_a_photo_without_scripts(phone: Callable[..., Phone]):
    """The photo goes first, straight to the storage, which leads back to the report."""
    resident = phone("0106")
    resident.open(f"/m/report?place={DOOR}")
    resident.tap("先发照片")
    resident.page.get_by_label("PNG").check()
    resident.tap("下一步")
    resident.page.get_by_label("选照片").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": photo()}
    )
    resident.tap("发送照片")
    resident.is_at("/m/report")
    resident.sees("照片已收到")
    resident.page.get_by_label("垃圾堆放").check()
    resident.write("说一说", "一楼门口有人倒垃圾")
    resident.tap("提交")
    resident.sees("已收到")
    expect(resident.page.locator("img.photo")).to_have_count(1)
