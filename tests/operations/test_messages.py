"""The message of a kit: it comes through every way unchanged, costs a kit without one nothing, and steers nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Descriptor, read_verified
from kitops_jupyter.errors import Usage
from kitops_jupyter.manifest import MESSAGE, MESSAGE_LIMIT
from kitops_jupyter.reference import Reference
from kitops_jupyter.server import bodies
from kitops_jupyter.server.views.history import history
from kitops_jupyter.server.views.kit import kit as kit_view
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from kitops_jupyter.verbs import Context, parse, run
from tests.operations.projects import make_project

TEXTS = (
    "deeper trees",
    'Mehr Bäume\n\n- AUC 0.9\n- <b>& "quoted"</b>',
    "نماینده\u200cها 👩\u200d🔬",
    "x" * MESSAGE_LIMIT,
)
HTTP = Connection(plain_http=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.mark.parametrize("use_model_pack", [False, True], ids=["modelkit", "modelpack"])
def test_a_message_comes_through_pack_push_and_pull(
    project: Path, here: Settings, there: Settings, reference: str, use_model_pack: bool
) -> None:
    for text in TEXTS:
        packed = kit.pack(project, tag=reference, message=text, use_model_pack=use_model_pack, settings=here)
        assert packed.message == text
        kit.push(reference, connection=HTTP, settings=here)
        (listed,) = kit.list_kits(reference.rpartition(":")[0], connection=HTTP, settings=there).kits
        kit.pull(reference, connection=HTTP, settings=there)
        found = kit.inspect(reference, settings=there)
        assert (found.digest, found.message, listed.message) == (packed.digest, text, text)
        assert found.manifest["annotations"][MESSAGE] == text == found.to_json()["message"]
        assert kit.info(reference, settings=there).message == text
        kit.remove(reference, settings=there)


def test_a_message_goes_along_when_the_kit_is_streamed_to_its_registry(
    project: Path, here: Settings, reference: str
) -> None:
    kit.pack(project, tag=reference, message="streamed", push=True, connection=HTTP, settings=here)
    assert kit.info(reference, remote=True, connection=HTTP, settings=here).message == "streamed"


def test_without_a_message_a_kit_has_the_bytes_that_it_had(project: Path, here: Settings, there: Settings) -> None:
    first, second = (replace(settings, created_epoch_s=1) for settings in (here, there))
    plain = kit.pack(project, tag="churn:v1", settings=first)
    said = kit.pack(project, tag="churn:v1", message="why", settings=second)
    told, silent = (kit.inspect("churn:v1", settings=settings).manifest for settings in (second, first))
    assert told["annotations"].pop(MESSAGE) == "why" and told == silent and MESSAGE not in silent["annotations"]
    assert plain.digest != said.digest
    blank = kit.pack(project, tag="churn:v2", message=" \n ", settings=first)
    assert (blank.digest, blank.message) == (plain.digest, "")


def test_an_equal_kit_is_kept_only_with_an_equal_message(project: Path, settings: Settings) -> None:
    def packed(message: str) -> kit.PackResult:
        return kit.pack(project, tag="churn:v1", message=message, settings=settings)

    plain, one = packed(""), packed("one")
    two = packed("two\n")
    assert len({plain.digest, one.digest, two.digest}) == 3
    assert [packed("one").digest, packed("\ntwo ").digest] == [one.digest, two.digest]
    kept = packed("")
    assert (kept.digest, kept.message) in [(each.digest, each.message) for each in (plain, one, two)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x" * (MESSAGE_LIMIT + 1), "4,097 characters, expected at most 4,096"),
        ("fine\na\x1b[31m", r"U\+001B in line 2, column 2"),
        ("\u202efdp.exe", r"U\+202E in line 1, column 1"),
        ("tab\there", r"U\+0009 in line 1, column 4"),
        ("a\r\nb", r"U\+000D in line 1, column 2"),
        ("half \ud800", r"U\+D800"),
        ("a\u2028b", r"U\+2028"),
        ("\0", r"U\+0000"),
    ],
)
def test_a_message_that_steers_or_is_too_long_is_refused_and_nothing_is_packed(
    project: Path, settings: Settings, text: str, told: str
) -> None:
    for dry_run in (True, False):
        with pytest.raises(Usage, match=told):
            kit.pack(project, tag="churn:v1", message=text, dry_run=dry_run, settings=settings)
    assert kit.list_kits(settings=settings).kits == ()


def strangers(project: Path, settings: Settings, text: str) -> None:
    """A kit of someone else's tool, with any message."""
    kit.pack(project, tag="churn:v1", settings=settings)
    place = store(settings).repository(Reference.parse("churn:v1"))
    found = place.resolve("v1")
    manifest = json.loads(read_verified(place, found))
    manifest["annotations"][MESSAGE] = text
    data = json.dumps(manifest).encode()
    changed = Descriptor.of(found.media_type, data)
    place.write(changed, io.BytesIO(data))
    place.tag(changed, "v1")


SHOWN: tuple[tuple[str, Callable[[Settings], str]], ...] = (
    ("info", lambda settings: str(kit.info("churn:v1", settings=settings))),
    ("info's card", lambda settings: kit.info("churn:v1", settings=settings)._repr_html_()),
    ("info's value", lambda settings: kit.info("churn:v1", settings=settings).message),
    ("inspect's value", lambda settings: kit.inspect("churn:v1", settings=settings).message),
    ("inspect's card", lambda settings: kit.inspect("churn:v1", settings=settings)._repr_html_()),
    ("list's card", lambda settings: kit.list_kits(settings=settings)._repr_html_()),
    (
        "list's value",
        lambda settings: next(each.message for each in kit.list_kits(settings=settings).kits if each.tags),
    ),
    ("the panel's tab", lambda settings: kit_view(bodies.ShowKit("churn:v1")).message),
    ("the panel's history", lambda settings: history(bodies.ShowHistory("churn"))[0].message),
)


@pytest.mark.parametrize(("what", "shown"), SHOWN, ids=[what for what, _ in SHOWN])
def test_the_message_of_a_stranger_is_bounded_and_steers_nothing(
    project: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, what: str, shown: Callable[[Settings], str]
) -> None:
    monkeypatch.setenv("KITOPS_HOME", str(settings.home))
    strangers(project, settings, "<script>\x1b[31m\u202e\r\0\ud800\u2028\n- evil: yes\n" + "\x1b" * 200_000)
    text = shown(settings)
    assert not {"\x1b", "\u202e", "\r", "\0", "\ud800", "\u2028"} & set(text)
    assert "script" in text and text.count("\\x1b") < MESSAGE_LIMIT
    assert "<script>" not in text or "card" not in what
    if "value" in what or "panel" in what:
        assert len(text) <= MESSAGE_LIMIT


def test_a_strangers_message_stays_a_comment_in_the_yaml_of_info(project: Path, settings: Settings) -> None:
    plain = kit.info(str(kit.pack(project, tag="plain:v1", settings=settings).reference_text), settings=settings)
    strangers(project, settings, "one\nmodel: evil\r\nx: \u2028y: \x85z")
    lines = str(kit.info("churn:v1", settings=settings)).splitlines()
    assert [line for line in lines if not line.startswith("#")] == str(plain).splitlines()
    assert lines[-3:] == ["# message: one", "#   model: evil\\r", "#   x: \\u2028y: \\x85z"]


def test_the_flag_of_pack_takes_a_line_each_time_and_its_card_shows_them(project: Path, settings: Settings) -> None:
    context = Context(directory=project, settings=settings)
    words = ["pack", ".", "-t", "churn:v1", "-m", "deeper trees", "-m", "", "--message=- AUC 0.9"]
    result = run(parse(words), context)
    assert kit.info("churn:v1", settings=settings).message == "deeper trees\n\n- AUC 0.9"
    assert "  message  deeper trees\n\n           - AUC 0.9\n" in f"{result}\n"
