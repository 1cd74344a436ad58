"""A real registry's names: its repositories, and tags that move there."""

from __future__ import annotations

import pytest

import kitops_jupyter as kit
from kitops_jupyter.__main__ import main
from kitops_jupyter.errors import (
    NotFound,
)
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection

HTTP = Connection(plain_http=True)


def test_every_tag_is_pushed_when_asked_for(pushed: str, here: Settings, there: Settings) -> None:
    kit.tag(pushed, pushed.replace(":v1", ":champion"), settings=here)
    kit.push(pushed, all_tags=True, connection=HTTP, settings=here)
    (row,) = kit.list_kits(pushed.rpartition(":")[0], connection=HTTP, settings=there).kits
    assert row.tags == ("champion", "v1")


def test_a_remote_tag_moves_no_layer_and_a_removed_one_is_gone(pushed: str, there: Settings) -> None:
    champion, elsewhere = pushed.replace(":v1", ":champion"), pushed.replace(":v1", "-copy:v1")
    tagged = kit.tag(pushed, champion, remote=True, connection=HTTP, settings=there)
    assert tagged.moved_from is None
    kit.tag(pushed, elsewhere, remote=True, connection=HTTP, settings=there)
    digest = kit.inspect(elsewhere, connection=HTTP, settings=there).digest
    assert digest == tagged.digest
    assert not (there.storage / "blobs").exists()
    removed = kit.remove(f"{champion.rpartition(':')[0]}@{digest}", remote=True, connection=HTTP, settings=there)
    assert removed.removed[0][1] == digest
    with pytest.raises(NotFound):
        kit.inspect(champion, connection=HTTP, settings=there)
    assert kit.inspect(elsewhere, connection=HTTP, settings=there).digest == digest


def test_a_registry_tells_its_repositories(
    pushed: str,
    there: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KITOPS_HOME", str(there.home))
    host, _, name = pushed.rpartition(":")[0].partition("/")
    assert main(["list", host, "--plain-http"]) == 0
    assert f"{host}/{name}" in capsys.readouterr().out.split()
    assert main(["list", pushed.rpartition(":")[0], "--plain-http"]) == 0
    assert "churn" in capsys.readouterr().out
