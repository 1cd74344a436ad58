"""Notebooks of strangers: what no browser can read as JSON becomes what it can, or is refused with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest

import kitops_jupyter as kit
from kitops_jupyter.disk import is_notebook
from kitops_jupyter.server.answers import to_json
from kitops_jupyter.settings import Settings

CELL = '{"cell_type":"code","source":["1"],"metadata":{},"outputs":[],"execution_count":1}'


def parse(text: bytes) -> Any:
    """As a browser parses it."""

    def refuse(name: str) -> NoReturn:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def look(jp_fetch: Any, root: Path, home: Settings) -> Any:
    """The status and the answer for a notebook of this text and name."""
    from tornado.httpclient import HTTPClientError

    async def looked(text: str, name: str = "a.ipynb") -> tuple[int, Any]:
        (root / "kit").mkdir()
        (root / "kit" / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        kit.pack(root / "kit", text="code: [{path: .}]", tag="nb:v1", settings=home)
        query = {"reference": "nb:v1", "key": "code:0", "path": name}
        try:
            answer = await jp_fetch("kitops", "api", "notebook", params=query)
        except HTTPClientError as refused:
            assert refused.response is not None
            return refused.code, parse(refused.response.body)
        return answer.code, parse(answer.body)

    return looked


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
async def test_what_is_no_number_in_json_is_null(look: Any, number: str) -> None:
    text = f'{{"cells":[{CELL}],"metadata":{{"papermill":{{"parameters":{{"x":[{number}, 1.5]}}}}}}}}'
    code, answer = await look(text)
    assert code == 200
    assert answer["notebook"]["metadata"]["papermill"]["parameters"]["x"] == [None, 1.5]


@pytest.mark.parametrize("name", ["UP.IPYNB", "a.Ipynb", "a.ipynb"])
async def test_a_notebook_is_one_in_any_case(look: Any, name: str) -> None:
    code, answer = await look('{"cells":[]}', name)
    assert (code, answer["notebook"]) == (200, {"cells": []})


@pytest.mark.parametrize("levels", [300, 600, 900, 1200, 100_000])
async def test_a_deep_notebook_is_shown_or_refused(look: Any, levels: int) -> None:
    code, answer = await look(f'{{"cells":[], "metadata": {{"a": {"[" * levels}{"]" * levels}}}}}')
    assert code == 200 or (code, answer["code"]) == (422, "usage")


@pytest.mark.parametrize(
    "text",
    ['{"cells": null}', '{"cells": {}}', "[]", "null", "7", "", "\ud800", '{"cells": [' + "1" * 5000 + "]}"],
)
async def test_what_is_no_notebook_is_refused(look: Any, text: str) -> None:
    code, answer = await look(text)
    assert (code, answer["code"]) == (422, "usage")


@pytest.mark.parametrize(
    "text",
    [
        '{"cells": [null, 7, "x", [], {"cell_type": 3, "source": [1, null], "outputs": "x", "metadata": []}]}',
        '{"cells": [], "metadata": [], "nbformat": "x"}',
        '{"cells": [{"cell_type": "code", "source": "\\ud800", "outputs": [{"data": [1]}, {"text": {}}]}]}',
    ],
)
async def test_cells_of_any_type_are_told_as_they_are(look: Any, text: str) -> None:
    code, answer = await look(text)
    assert (code, answer["notebook"]) == (200, json.loads(text))


def test_answers_are_json_for_every_parser() -> None:
    value = {"a": (float("nan"), [float("inf")]), "b": "\ud800\u2028", "c": {"d": -0.0}}
    assert parse(to_json(value).encode()) == {"a": [None, [None]], "b": "\ud800\u2028", "c": {"d": 0.0}}


@pytest.mark.parametrize(
    ("name", "is_one"), [("a.ipynb", True), ("A.IPYNB", True), ("a.ipynb.txt", False), ("ipynb", False)]
)
def test_a_name_says_what_is_a_notebook(name: str, is_one: bool) -> None:
    assert is_notebook(name) is is_one
