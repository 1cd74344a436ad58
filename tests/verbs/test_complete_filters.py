"""Tab behind `--filter`: the layers of the kit that the line names, from this machine alone, and fast."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs import Context
from kitops_jupyter.verbs.core.complete import complete, describe
from tests.operations.projects import write_files


@pytest.fixture
def context(tmp_path: Path) -> Context:
    settings = Settings(tmp_path / "home")
    write_files(tmp_path / "project", {"m.bin": b"1" * 2048, "data/train.csv": b"x", "data/valid.csv": b"y"})
    text = """model: {path: m.bin, name: forest}
datasets: [{path: data/train.csv, name: train}, {path: data/valid.csv}]"""
    kit.pack(tmp_path / "project", text=text, tag="churn:v1", settings=settings)
    return Context(settings, tmp_path)


def test_the_layers_of_the_kit_on_the_line_are_offered_with_a_few_words(context: Context) -> None:
    words = ["pull", "churn:v1", "-d", "out", "--filter", "d"]
    found = complete(words, context)
    assert [text for text in found if ":" in text] == ["datasets:data/train.csv", "datasets:data/valid.csv"]
    about = describe(words, context)
    assert about["datasets:data/train.csv"].startswith("dataset train ")
    assert all(kit_filter in complete([*words[:-1], ""], context) for kit_filter in about)


def test_what_is_left_out_is_offered_too(context: Context) -> None:
    assert "!datasets:data/valid.csv" in complete(["unpack", "churn:v1", "--filter", "!data"], context)


@pytest.mark.parametrize("reference", ["nowhere.invalid/team/kit:v1", "churn:none", "UPPER:x", ""])
def test_a_kit_that_is_not_here_is_not_asked_for(context: Context, reference: str) -> None:
    began_s = time.perf_counter()
    assert "model" in complete(["pull", reference, "--filter", ""], context)
    assert describe(["pull", reference, "--filter", ""], context) == {}
    assert time.perf_counter() - began_s < 1


def test_it_takes_less_than_50_ms(context: Context) -> None:
    times = []
    for _ in range(5):
        began_s = time.perf_counter()
        assert complete(["pull", "churn:v1", "--filter", ""], context)
        assert describe(["pull", "churn:v1", "--filter", ""], context)
        times.append(time.perf_counter() - began_s)
    assert min(times) < 0.050
