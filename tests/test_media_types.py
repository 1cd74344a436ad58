"""Media types: every one that kit writes, read back; everything else refused."""

from __future__ import annotations

from typing import get_args

import pytest

from kitops_jupyter.errors import ManifestInvalid
from kitops_jupyter.kitfile import Section
from kitops_jupyter.media_types import CONFIG_TYPES, MANIFEST_ARTIFACTS, LayerType, kind_of

KIT, PACK = "application/vnd.kitops.modelkit", "application/vnd.cncf.model"


@pytest.mark.parametrize("base", ["model", "modelpart", "dataset", "code", "docs"])
@pytest.mark.parametrize("rest", [f"{layout}{end}" for layout in ("tar", "raw") for end in ("", "+gzip", "+zstd")])
def test_every_modelkit_layer_reads_back(base: str, rest: str) -> None:
    text = f"{KIT}.{base}.v1.{rest}"
    assert str(LayerType.parse(text)) == text


@pytest.mark.parametrize("base", ["weight", "weight.config", "dataset", "code", "doc"])
@pytest.mark.parametrize("rest", ["raw", "tar", "tar+gzip", "tar+zstd"])
def test_every_modelpack_layer_reads_back(base: str, rest: str) -> None:
    text = f"{PACK}.{base}.v1.{rest}"
    assert str(LayerType.parse(text)) == text


@pytest.mark.parametrize(
    ("section", "modelkit", "modelpack"),
    [
        ("model", "model", "weight"),
        ("part", "modelpart", "weight.config"),
        ("code", "code", "code"),
        ("dataset", "dataset", "dataset"),
        ("docs", "docs", "doc"),
        ("prompt", "code", "code"),
    ],
)
def test_a_section_has_its_type(section: Section, modelkit: str, modelpack: str) -> None:
    assert str(LayerType.for_section(section, "modelkit", "tar", "gzip-fastest")) == f"{KIT}.{modelkit}.v1.tar+gzip"
    assert str(LayerType.for_section(section, "modelpack", "tar", "none")) == f"{PACK}.{modelpack}.v1.tar"


def test_an_mcp_server_is_a_modelkits_alone() -> None:
    assert str(LayerType.for_section("mcpserver", "modelkit", "raw", "none")) == f"{KIT}.mcpb.v1.raw"
    with pytest.raises(ManifestInvalid, match="mcpserver"):
        LayerType.for_section("mcpserver", "modelpack", "raw", "none")


def test_no_section_is_forgotten() -> None:
    for section in get_args(Section):
        assert LayerType.for_section(section, "modelkit", "tar", "zstd").compression == "zstd"


def test_kit_reads_a_compression_none_as_none() -> None:
    assert LayerType.parse(f"{KIT}.code.v1.tar+none") == LayerType("modelkit", "code", "tar", "")


@pytest.mark.parametrize(
    "text",
    [
        f"{KIT}.model.v1.tar+bzip2",
        f"{KIT}.weights.v1.tar",
        f"{KIT}.weight.config.v1.tar",
        f"{KIT}.model.v1.zip",
        f"{KIT}.model.v2.tar",
        f"{KIT}.model.v1.tar+gzip-fastest",
        f"{KIT}.model.v1.tar+",
        f"{KIT}.model.v1.tar\n",
        f" {KIT}.model.v1.tar",
        f"{KIT}.model.v1.tar;q=1",
        f"{KIT}.MODEL.v1.tar",
        f"{KIT}xmodelxv1xtar",
        f"{KIT}.mödel.v1.tar",
        f"{PACK}.model.v1.tar",
        f"{PACK}.mcpb.v1.raw",
        f"{PACK}.weight.v1.raw+gzip",
        f"{PACK}.weight.v1.raw+zstd",
        CONFIG_TYPES["modelkit"],
        "text/html",
        "",
    ],
)
def test_other_layer_types_are_refused(text: str) -> None:
    with pytest.raises(ManifestInvalid):
        LayerType.parse(text)


@pytest.mark.parametrize("kind", ["modelkit", "modelpack"])
def test_a_kit_is_known_by_its_artifact_type_or_by_its_config(kind: str) -> None:
    artifact, config = dict(MANIFEST_ARTIFACTS)[kind], dict(CONFIG_TYPES)[kind]  # type: ignore[index]
    assert kind_of(artifact, "application/vnd.oci.empty.v1+json") == kind
    assert kind_of("", config) == kind


def test_where_both_could_be_it_is_a_modelkit() -> None:
    assert kind_of(MANIFEST_ARTIFACTS["modelpack"], CONFIG_TYPES["modelkit"]) == "modelkit"
    assert kind_of("", "application/vnd.oci.image.config.v1+json") is None
