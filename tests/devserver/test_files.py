"""The local bucket takes and refuses forms as S3 does, and a posted photo is ready at once."""

import base64
import http.client
import io
import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app import app
from chalicelib.adapters.folder import FolderFiles
from chalicelib.kernel.clock import SystemClock, TestClock
from chalicelib.uploads.model import UploadEndReason
from chalicelib.uploads.policy import MAX_BYTES
from devserver.dev import DevServer
from onemachine.files import MAX_FORM_BYTES, FileRoutes
from onemachine.form import read_form
from onemachine.gateway import serve_wsgi

from ..adapters.pictures import jpeg, png
from ..journeys.server import running_server
from ..world import START, Phone, World, gateway

BOUNDARY = "----WebKitFormBoundaryAbC123"
KIND = f"multipart/form-data; boundary={BOUNDARY}"
PATH = "/dev/files"


def server(world: World) -> DevServer:
    return DevServer(
        gateway,
        world.services,
        world.mailbox,
        world.clock,
        world.pump,
        FileRoutes(app, world.files),
    )


def form(
    fields: dict[str, str],
    data: bytes | None,
    *,
    after: dict[str, str] | None = None,
) -> bytes:
    """Return a body as browsers write it: fields, the file, and perhaps more fields."""
    out = io.BytesIO()

    def part(head: str, content: bytes) -> None:
        out.write(
            f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode()
            + content
            + b"\r\n"
        )

    for name, value in fields.items():
        part(f'name="{name}"', value.encode())
    if data is not None:
        part(
            'name="file"; filename="IMG_0001.jpg"\r\nContent-Type: application/octet-stream',
            data,
        )
    for name, value in (after or {}).items():
        part(f'name="{name}"', value.encode())
    out.write(f"--{BOUNDARY}--\r\n".encode())
    return out.getvalue()


def begin(phone: Phone, size: int, kind: str = "image/jpeg") -> dict:
    answer = phone.post(
        "/v1/uploads", {"kind": "photo", "content_type": kind, "size": size}
    )
    assert answer.status == 201, answer.text
    return answer.json


def post(world: World, body: bytes, kind: str = KIND) -> tuple[int, str]:
    status, headers, text = server(world).handle(
        "POST", PATH, {"content-type": kind}, body, "127.0.0.1"
    )
    assert (
        status == 204
        or dict(headers)["Content-Type"] == "application/problem+json"
    )
    return status, json.loads(text)["code"] if text else ""


def get(world: World, url: str) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    status, headers, data = server(world).handle(
        "GET", f"{parts.path}?{parts.query}", {}, b"", "127.0.0.1"
    )
    return status, dict(headers), data


def test_a_photo_is_posted_made_ready_and_seen(world: World):
    phone, photo = world.resident(), jpeg((640, 480))
    made = begin(phone, len(photo))
    assert made["url"] == "http://127.0.0.1:8000/dev/files"
    assert post(world, form(made["fields"], photo)) == (204, "")
    seen = phone.get(f"/v1/uploads/{made['id']}").json
    assert (seen["state"], seen["width"], seen["height"]) == ("ready", 640, 480)
    for url in (seen["url"], seen["thumb_url"]):
        status, headers, data = get(world, url)
        assert (status, headers["Content-Type"], headers["Cache-Control"]) == (
            200,
            "image/jpeg",
            "private",
        )
        assert data.startswith(b"\xff\xd8\xff")
        assert b"CANARY" not in data


def test_a_browser_without_scripts_is_led_back_to_a_page_of_ours(world: World):
    phone, photo = world.resident(), jpeg((640, 480))
    asked = {"kind": "photo", "content_type": "image/jpeg", "size": len(photo)}
    made = phone.post(
        "/v1/uploads", {**asked, "then": "/m/report?photos={id}"}
    ).json
    kept = {"content-type": KIND}
    body = form(made["fields"], photo)
    status, headers, _ = server(world).handle(
        "POST", PATH, kept, body, "127.0.0.1"
    )
    address = dict(headers)["Location"]
    assert (status, address) == (303, f"/m/report?photos={made['id']}")
    stolen = {
        **made["fields"],
        "success_action_redirect": "https://evil.example",
    }
    status, headers, _ = server(world).handle(
        "POST", PATH, kept, form(stolen, photo), "127.0.0.1"
    )
    assert status == 403
    assert "Location" not in dict(headers)


@pytest.mark.parametrize(
    "then",
    [
        "https://evil.example",
        "//evil.example",
        "/v1/me",
        "/m/../v1",
        "/m\n",
        "",
    ],
)
def test_a_form_leads_to_pages_of_ours_only(world: World, then: str):
    asked = {"kind": "photo", "content_type": "image/jpeg", "size": 10}
    answer = world.resident().post("/v1/uploads", {**asked, "then": then})
    assert answer.status == 422


def test_a_file_arrives_as_it_was_byte_by_byte(world: World):
    made = begin(world.resident(), 2000)
    data = (
        b"\r\n--"
        + bytes(range(256)) * 4
        + b"\n\r\r\n--"
        + BOUNDARY[:-1].encode()
        + b"\r\n\r\n"
    )
    assert read_form(KIND, form(made["fields"], data)) == (made["fields"], data)


def test_fields_behind_the_file_are_not_read_as_with_s3(world: World):
    photo = jpeg()
    made = begin(world.resident(), len(photo))
    assert (
        post(world, form(made["fields"], photo, after={"acl": "public-read"}))[
            0
        ]
        == 204
    )
    fields = made["fields"]
    late = {name: fields.pop(name) for name in ("signature",)}
    assert post(world, form(fields, photo, after=late)) == (
        403,
        "files.AccessDenied",
    )


def other_policy(
    fields: dict[str, str], **conditions: object
) -> dict[str, str]:
    """Return a form whose policy was rewritten, with the signature of the one before."""
    policy = json.loads(base64.b64decode(fields["policy"]))
    return fields | {
        "policy": base64.b64encode(
            json.dumps(policy | conditions).encode()
        ).decode()
    }


def without(fields: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in fields.items() if key != name}


PHOTO = jpeg()
DENIED, SIGNATURE = (
    (403, "files.AccessDenied"),
    (403, "files.SignatureDoesNotMatch"),
)
ABUSES = {
    "another key": (
        lambda f: f | {"key": "incoming/upl_bbbbbbbbbbbbbbbbbbbbbbbb"},
        PHOTO,
        DENIED,
    ),
    "a key that climbs": (
        lambda f: f | {"key": "incoming/../photos/x.jpg"},
        PHOTO,
        DENIED,
    ),
    "the key of a photo": (
        lambda f: f | {"key": f["key"].replace("incoming", "photos") + ".jpg"},
        PHOTO,
        DENIED,
    ),
    "another type": (
        lambda f: f | {"Content-Type": "text/html"},
        PHOTO,
        DENIED,
    ),
    "one byte too many": (
        lambda f: f,
        PHOTO + b"x",
        (400, "files.EntityTooLarge"),
    ),
    "nothing": (lambda f: f, b"", (400, "files.EntityTooSmall")),
    "a field that nobody signed": (
        lambda f: f | {"acl": "public-read"},
        PHOTO,
        DENIED,
    ),
    "a redirection": (
        lambda f: f | {"success_action_redirect": "https://evil.example"},
        PHOTO,
        DENIED,
    ),
    "a policy of one's own": (
        lambda f: other_policy(f, expiration="2099-01-01T00:00:00Z"),
        PHOTO,
        SIGNATURE,
    ),
    "a policy without conditions": (
        lambda f: other_policy(f, conditions=[]),
        PHOTO,
        SIGNATURE,
    ),
    "a made-up signature": (
        lambda f: f | {"signature": "0" * 64},
        PHOTO,
        SIGNATURE,
    ),
    "a signature of another script": (
        lambda f: f | {"signature": "签" * 64},
        PHOTO,
        SIGNATURE,
    ),
    "no policy": (lambda f: without(f, "policy"), PHOTO, DENIED),
    "no signature": (lambda f: without(f, "signature"), PHOTO, DENIED),
    "no key": (lambda f: without(f, "key"), PHOTO, DENIED),
    "no type": (lambda f: without(f, "Content-Type"), PHOTO, DENIED),
    "no fields at all": (lambda f: {}, PHOTO, DENIED),
    "no file": (lambda f: f, None, (400, "files.MalformedPOSTRequest")),
}


@pytest.mark.parametrize("abuse", ABUSES)
def test_a_changed_form_is_refused_and_nothing_is_kept(world: World, abuse):
    change, data, refusal = ABUSES[abuse]
    phone = world.resident()
    made = begin(phone, len(PHOTO))
    assert post(world, form(change(dict(made["fields"])), data)) == refusal
    assert world.files._kept._data == {}
    assert phone.get(f"/v1/uploads/{made['id']}").json["state"] == "pending"
    assert post(world, form(made["fields"], PHOTO))[0] == 204, (
        "only the change was refused"
    )


def test_a_form_is_valid_for_ten_minutes(world: World):
    made, late = (
        begin(world.resident(), len(PHOTO)),
        begin(world.resident(), len(PHOTO)),
    )
    world.clock.advance(timedelta(minutes=9, seconds=59))
    assert post(world, form(made["fields"], PHOTO))[0] == 204
    world.clock.advance(timedelta(seconds=1))
    kept = dict(world.files._kept._data)
    assert post(world, form(late["fields"], PHOTO)) == (
        403,
        "files.PolicyExpired",
    )
    assert world.files._kept._data == kept


def test_the_form_of_one_upload_is_refused_for_another(world: World):
    phone = world.resident()
    first, second = begin(phone, len(PHOTO)), begin(phone, len(PHOTO))
    assert (
        post(
            world,
            form(first["fields"] | {"key": second["fields"]["key"]}, PHOTO),
        )
        == DENIED
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("", b""),
        ("application/json", b"{}"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=", b"----\r\n"),
        (KIND, b""),
        (KIND, b"--" + BOUNDARY.encode() + b"--"),
        (KIND, form({"key": "a"}, PHOTO)[:-500]),
        (KIND, form({"key": "a"}, None).replace(b"\r\n\r\n", b"\r\n")),
        (
            KIND,
            form({"key": "a"}, PHOTO).replace(
                b"form-data; name", b"attachment; name"
            ),
        ),
        (
            KIND,
            form({"a": "1"}, None)[: -len(BOUNDARY) - 6]
            + form({"a": "2"}, PHOTO),
        ),
        ("multipart/form-data; boundary*=utf-8''%ff", b"--\xff--"),
        (KIND, b"\xff\x00" * 1000),
    ],
)
def test_a_malformed_form_is_a_problem(world: World, kind, body):
    assert post(world, body, kind)[0] in (400, 403)
    assert world.files._kept._data == {}


@pytest.mark.parametrize(
    ("size", "status"),
    [
        (MAX_BYTES, 204),
        (MAX_BYTES + 1, 400),
        (MAX_FORM_BYTES + 1, 400),
        (20 * MAX_FORM_BYTES, 400),
    ],
)
def test_a_body_is_read_up_to_the_largest_photo_with_its_form(
    world: World, size, status
):
    local, lines = server(world), []
    body = form(begin(world.resident(), MAX_BYTES)["fields"], b"x" * size)
    given = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "CONTENT_TYPE": KIND,
        "CONTENT_LENGTH": str(len(body)),
    }
    serve_wsgi(
        local.handle,
        given | {"wsgi.input": io.BytesIO(body)},
        lambda line, _: lines.append(line),
        local.body_limit,
    )
    assert lines[0].startswith(str(status))


def test_other_routes_read_up_to_a_megabyte(world: World):
    assert (
        DevServer.body_limit("/v1/uploads")
        == DevServer.body_limit("/dev/filesystem")
        == 1024 * 1024
    )


def test_an_address_is_valid_for_one_photo_and_fifteen_minutes(world: World):
    phone = world.resident()
    first, second = (
        phone.get(f"/v1/uploads/{world.upload(phone, PHOTO)}").json["url"]
        for _ in range(2)
    )
    assert get(world, first)[0] == 200
    assert (
        get(world, first.split("?")[0] + "?" + second.split("?")[1])[0] == 403
    )
    assert get(world, first.split("?")[0])[0] == 403
    assert get(world, first.replace("expires=1", "expires=2"))[0] == 403
    assert get(world, f"{first[:-4]}签签签签")[0] == 403
    assert get(world, first.replace("photos/", "photos/../photos/"))[0] == 403
    world.clock.advance(timedelta(minutes=15))
    assert get(world, first)[0] == 403


def test_a_deleted_photo_is_not_found_at_a_valid_address(
    world: World,
):
    phone = world.resident()
    url = phone.get(f"/v1/uploads/{world.upload(phone, PHOTO)}").json["url"]
    world.services.upload_jobs.delete_unbound(
        phone.me["id"], UploadEndReason.OWNER_ERASED
    )
    assert get(world, url)[0] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "GET", "HEAD"])
def test_other_methods_are_not_found(world: World, method):
    assert server(world).handle(method, PATH, {}, b"", "127.0.0.1")[0] == 404


# the folder


def test_files_in_a_folder_outlive_the_process(tmp_path: Path):
    clock = TestClock(START)
    make = lambda: FolderFiles("http://x/dev/files", b"k" * 32, clock, tmp_path)  # noqa: E731
    fields = dict(
        make()
        .presign_post(
            "incoming/upl_a", "image/png", 100, START + timedelta(minutes=10)
        )
        .fields
    )
    assert make().take(fields, b"0123456789") == "incoming/upl_a"
    assert (
        make().size_of("incoming/upl_a"),
        make().read("incoming/upl_a", 4),
    ) == (
        10,
        b"0123",
    )
    assert [path.name for path in (tmp_path / "incoming").iterdir()] == [
        "upl_a"
    ]
    for _ in range(2):
        make().delete("incoming/upl_a")
        assert (
            make().size_of("incoming/upl_a"),
            make().read("incoming/upl_a", 1),
        ) == (
            None,
            None,
        )


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../x",
        "incoming/../../x",
        "incoming/",
        "incoming/a/b",
        "incoming/.a",
        "incoming/a\0",
        "x" * 5000,
    ],
)
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key):
    (tmp_path / "x").write_text("not for reading")
    files = FolderFiles(
        "http://x", b"k" * 32, SystemClock(), tmp_path / "uploads"
    )
    files.delete(key)
    assert (files.size_of(key), files.read(key, 10)) == (None, None)
    with pytest.raises(FileNotFoundError):
        files.write(key, b"", "image/jpeg")
    assert (tmp_path / "x").exists()


def test_a_file_of_an_export_is_kept_in_a_folder_and_served_by_its_name(
    tmp_path: Path,
):
    files = FolderFiles(
        "http://x/dev/files", b"k" * 32, SystemClock(), tmp_path
    )
    files.write("exports/exp_a/0", b"[]", "application/json")
    files.write("exports/exp_a/file.csv", b"a", "text/csv")
    assert files.read("exports/exp_a/0", 10) == b"[]"
    address = files.presign_get(
        "exports/exp_a/file.csv", timedelta(minutes=1), file_name="x.csv"
    )
    routes = FileRoutes(app, files)
    status, headers, data = routes.handle(
        "GET", address.removeprefix("http://x"), {}, b""
    )
    assert (status, data) == (200, b"a")
    assert dict(headers)["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="x.csv"' in dict(headers)["Content-Disposition"]
    other = address.replace("name=x.csv", "name=y.csv")
    assert (
        routes.handle("GET", other.removeprefix("http://x"), {}, b"")[0] == 403
    )


# the whole server


def test_a_client_posts_to_the_address_of_its_form(tmp_path: Path):
    with running_server(tmp_path / "data", "memory") as local:
        me = local.sign_in("+8613900000101")
        photo = png((400, 300))
        made = me.post(
            "/v1/uploads",
            {"kind": "photo", "content_type": "image/png", "size": len(photo)},
            expect=201,
        )
        assert made["url"] == f"http://127.0.0.1:{local.port}/dev/files"
        assert send(made["url"], "POST", form(made["fields"], photo))[0] == 204
        seen = me.get(f"/v1/uploads/{made['id']}")
        assert (seen["state"], seen["width"], seen["height"]) == (
            "ready",
            400,
            300,
        )
        status, data = send(seen["thumb_url"], "GET")
        assert (status, data[:3]) == (200, b"\xff\xd8\xff")


def send(url: str, method: str, body: bytes | None = None) -> tuple[int, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request(
        method,
        f"{parts.path}?{parts.query}",
        body,
        {"Content-Type": KIND} if body else {},
    )
    answer = connection.getresponse()
    status, content = answer.status, answer.read()
    connection.close()
    return status, content
