"""Files as an attacker would put them into a kit: each would run `evil.run`, or read SECRET, if a library believed it.

`FILES` has, by the variable's name: the format that its sidecar names, the content, what the refusal says, and the
library without which the load stops earlier. A content is bytes, the members of a zip, or the files of a folder.
"""

from __future__ import annotations

import base64
import io
import json
import marshal
import os
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SECRET = "/etc/hostname"
RUN = b"cevil\nrun\n(S'hit'\ntR."  # a pickle that calls evil.run("hit")


@dataclass(frozen=True, slots=True)
class Zip:
    """An archive of these members."""

    members: Mapping[str, bytes]
    compression: int = zipfile.ZIP_STORED

    def to_bytes(self) -> bytes:
        found = io.BytesIO()
        with zipfile.ZipFile(found, "w", self.compression) as archive:
            for name, data in self.members.items():
                archive.writestr(name, data)
        return found.getvalue()


@dataclass(frozen=True, slots=True)
class Hostile:
    """`content` is bytes, a Zip, a dict of a folder's files, or a function that makes one of them with the library."""

    format: str
    content: Any
    says: str
    needs: str = ""
    restore: Mapping[str, Any] = field(default_factory=dict)
    lies: Mapping[str, Any] = field(default_factory=dict)


class Harm:
    def __reduce__(self) -> Any:
        return os.system, ("touch hit",)


def text(told: Any) -> bytes:
    return json.dumps(told).encode()


def keras(*layers: Any, **members: bytes) -> Zip:
    config = {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": list(layers)}}
    return Zip({"config.json": text(config), "metadata.json": b"{}", "model.weights.h5": b"", **members})


def layer(module: Any, name: str, config: Any = None, **more: Any) -> dict[str, Any]:
    return {"module": module, "class_name": name, "config": config or {}, "registered_name": None, **more}


def weights(link: str) -> Any:
    """A Keras model whose weights are elsewhere, or larger than the file."""

    def made() -> Zip:
        import h5py

        data = io.BytesIO()
        with h5py.File(data, "w") as file:
            if link == "bomb":
                file.create_dataset("a", (1 << 40,), "f4", chunks=(1 << 10,))
            elif link == "storage":
                file.create_dataset("a", (8,), "u1", external=[(SECRET, 0, 8)])
            else:
                file["a"] = h5py.ExternalLink(SECRET, "/a") if link == "external" else h5py.SoftLink("/b")
        return keras(**{"model.weights.h5": data.getvalue()})

    return made


def objects() -> bytes:
    import numpy

    data = io.BytesIO()
    numpy.save(data, numpy.array([Harm()], dtype=object), allow_pickle=True)
    return data.getvalue()


def joblib() -> bytes:
    import joblib as library

    data = io.BytesIO()
    library.dump({"model": Harm()}, data)
    return data.getvalue()


def exported() -> bytes:
    """A real exported program, whose weights a pickle was put among."""
    import torch

    data = io.BytesIO()
    torch.export.save(torch.export.export(torch.nn.Linear(2, 2), (torch.ones(1, 2),)), data)
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("archive/data/weights/weight_0.pkl", RUN)
    return data.getvalue()


def tensors(header: Any, data: bytes = b"1234") -> bytes:
    told = text(header)
    return len(told).to_bytes(8, "little") + told + data


def folder(config: Mapping[str, Any], **files: bytes) -> dict[str, bytes]:
    told = {"architectures": ["BertModel"], "model_type": "bert", **config}
    return {"config.json": text(told), "model.safetensors": tensors({}, b""), **files}


def tokenizer(config: Mapping[str, Any], **files: bytes) -> dict[str, bytes]:
    return {"tokenizer_config.json": text(config), "tokenizer.json": b"{}", **files}


def adapter(config: Mapping[str, Any]) -> dict[str, bytes]:
    told = text({"peft_type": "LORA", **config})
    return {"adapter_config.json": told, "adapter_model.safetensors": tensors({}, b"")}


def sentences(module: Mapping[str, Any], **files: bytes) -> dict[str, bytes]:
    return {"modules.json": text([{"idx": 0, "name": "0", "path": "", **module}]), **files}


def spacy(more: str, lang: str = "en") -> dict[str, bytes]:
    return {"config.cfg": f'[nlp]\nlang = "{lang}"\n{more}\n'.encode(), "meta.json": b"{}"}


def zarr(metadata: Mapping[str, Any], **members: bytes) -> Zip:
    return Zip({".zarray": text({"zarr_format": 2, "shape": [1], "chunks": [1], **metadata}), **members})


def skops(**schema: Any) -> Zip:
    return Zip({"schema.json": text({"__loader__": "TypeNode", "__id__": 1, "protocol": 2, **schema})})


_LAMBDA = base64.b64encode(marshal.dumps(compile("__import__('evil').run('hit')", "x", "eval"))).decode()
_CODE = {"class_name": "__lambda__", "config": {"code": _LAMBDA, "defaults": None, "closure": None}}
_DENSE = "sentence_transformers.models.Dense"
FILES: dict[str, Hostile] = {
    "pickle_call": Hostile("pickle", RUN, "evil.run"),
    "pickle_reduce": Hostile("pickle", pickle.dumps(Harm()), ".system"),
    "pickle_instance": Hostile("pickle", b"(S'hit'\nievil\nrun\n.", "evil.run"),
    "pickle_stack": Hostile("pickle", b"\x80\x04\x8c\x04evil\x8c\x03run\x93\x8c\x03hit\x85R.", "evil.run"),
    "pickle_cut": Hostile("pickle", RUN[:-1] + b"\xff", "evil.run"),
    "pickle_of_joblib": Hostile("pickle", joblib, ".system", "joblib"),
    "pickle_said_harmless": Hostile("pickle", RUN, "evil.run", lies={"needs_trust": False, "python_type": "dict"}),
    "pickle_said_trusted": Hostile("pickle", RUN, "evil.run", restore={"trust_code": True, "trust": True}),
    "skops_joblib": Hostile("skops", joblib, "is not a zip archive", "skops"),
    "skops_function": Hostile("skops", skops(__module__="evil", __class__="run"), "evil.run", "skops"),
    "skops_own_list": Hostile(
        "skops", skops(__module__="evil", __class__="run", trusted=["evil.run"]), "evil.run", "skops",
        lies={"types": ["builtins.dict"]}, restore={"trusted": ["evil.run"]},
    ),
    "npy_objects": Hostile("npy", objects, "Python objects", "numpy"),
    "npz_objects": Hostile("npz", lambda: Zip({"a.npy": objects()}), "Python objects", "numpy"),
    "torch_script": Hostile("torch-script", Zip({"x/data.pkl": RUN}), "evil.run"),
    "torch_save": Hostile("torch-tensors", Zip({"x/data.pkl": RUN}), "not a safetensors file"),
    "torch_export": Hostile("torch-export", exported, "evil.run", "torch"),
    "tensors_twice": Hostile(
        "torch-tensors",
        tensors({name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for name in "ab"}), "tensors overlap",
    ),
    "tensors_beyond": Hostile(
        "torch-tensors", tensors({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}}), "36 bytes",
    ),
    "tensors_header": Hostile("torch-tensors", (1 << 60).to_bytes(8, "little") + b"{}", "its header would have"),
    "savedmodel": Hostile("tensorflow-savedmodel", {"saved_model.pb": b"\x08\x01"}, "SavedModel, which runs code"),
    "keras_lambda": Hostile("keras", keras(layer("keras.layers", "Lambda", {"function": _CODE})), "Lambda runs code"),
    "keras_lambda_inside": Hostile(
        "keras", keras(layer("keras.layers", "Dense", {"activation": _CODE})), "__lambda__ runs code"
    ),
    "keras_os": Hostile("keras", keras(layer("os", "system", "touch hit")), "os.system is not one of Keras's own"),
    "keras_eval": Hostile(
        "keras", keras(layer("builtins", "function", "eval", registered_name="eval")), "builtins.eval is a function"
    ),
    "keras_package": Hostile("keras", keras(layer("evil", "Layer", registered_name="evil>Layer")), "evil.Layer"),
    "keras_registered": Hostile(
        "keras", keras(layer("keras.layers", "Dense", registered_name="evil>Layer")), "registered as 'evil>Layer'"
    ),
    "keras_inner_module": Hostile("keras", keras(layer("keras.src.utils.file_utils", "File")), "file_utils.File"),
    "keras_download": Hostile("keras", keras(layer("keras.utils", "function", "get_file")), "get_file is a function"),
    "keras_no_module": Hostile("keras", keras({"class_name": "Lambda2", "config": {}}), "Lambda2 is not one of"),
    "keras_torch": Hostile(
        "keras", keras(layer("keras.layers", "TorchModuleWrapper", {"module": "gASV"})), "TorchModuleWrapper runs code"
    ),
    "keras_savedmodel": Hostile(
        "keras", keras(layer("keras.layers", "TFSMLayer", {"filepath": "/tmp/x"})), "TFSMLayer runs code"
    ),
    "keras_words": Hostile(
        "keras", keras(layer("keras.layers", "StringLookup", {"vocabulary": SECRET})), "names a file of words"
    ),
    "keras_bomb": Hostile(
        "keras", Zip({"config.json": b"{}", "model.weights.h5": bytes(1 << 24)}, zipfile.ZIP_DEFLATED), "compressed"
    ),
    "keras_leaves": Hostile("keras", keras(**{"../../evil.py": b""}), "odd name"),
    "keras_code": Hostile("keras", keras(**{"evil.py": b""}), "evil.py"),
    "keras_weights_pickled": Hostile("keras", keras(**{"model.weights.npz": RUN}), "model.weights.npz"),
    "keras_links_out": Hostile("keras", weights("external"), "has a link, 'a'", "h5py"),
    "keras_links_soft": Hostile("keras", weights("soft"), "has a link, 'a'", "h5py"),
    "keras_data_elsewhere": Hostile("keras", weights("storage"), "data in other files", "h5py"),
    "keras_weights_bomb": Hostile("keras", weights("bomb"), "of another size", "h5py"),
    "model_auto_map": Hostile("transformers-model", folder({"auto_map": {"AutoModel": "evil.Model"}}), "evil.Model"),
    "model_nested_map": Hostile(
        "transformers-model", folder({"text_config": {"auto_map": {"AutoModel": "a--evil.Model"}}}), "evil.Model"
    ),
    "model_trusts": Hostile("transformers-model", folder({"trust_remote_code": True}), "trust_remote_code"),
    "model_kernel": Hostile(
        "transformers-model", folder({"_attn_implementation": "evil/kernel"}), "names a kernel to be downloaded"
    ),
    "model_pickled": Hostile("transformers-model", folder({}, **{"pytorch_model.bin": RUN}), "pytorch_model.bin"),
    "model_code": Hostile("transformers-model", folder({}, **{"modeling_evil.py": b""}), "modeling_evil.py"),
    "model_adapter": Hostile(
        "transformers-model",
        folder({}, **{"adapter_config.json": b'{"base_model_name_or_path": "/"}'}),
        "adapter_config",
    ),
    "model_class": Hostile(
        "transformers-model", folder({"architectures": ["evil.Model"]}), "'evil.Model' is not a", "transformers"
    ),
    "model_header": Hostile(
        "transformers-model", folder({}, **{"model.safetensors": b"\xff" * 16}), "not a safetensors file"
    ),
    "tokenizer_map": Hostile(
        "transformers-tokenizer", tokenizer({"auto_map": {"AutoTokenizer": ["evil.Tok", None]}}), "evil.Tok"
    ),
    "tokenizer_class": Hostile(
        "transformers-tokenizer", tokenizer({}), "'evil.Tok' is not a", "transformers", restore={"class": "evil.Tok"}
    ),
    "tokenizer_file": Hostile("transformers-tokenizer", tokenizer({"vocab_file": SECRET}), "leads to the file"),
    "tokenizer_code": Hostile("transformers-tokenizer", tokenizer({}, **{"tok.py": b""}), "tok.py"),
    "adapter_imports": Hostile(
        "peft", adapter({"megatron_config": {"a": 1}, "megatron_core": "evil"}), "has a megatron_config"
    ),
    "adapter_parent": Hostile("peft", adapter({"auto_mapping": {"parent_library": "evil"}}), "names code of its own"),
    "adapter_kind": Hostile("peft", adapter({"peft_type": "XLORA"}), "is of the kind XLORA"),
    "adapter_tokenizer": Hostile(
        "peft", adapter({"peft_type": "PROMPT_TUNING", "tokenizer_name_or_path": "/"}), "leads to the file"
    ),
    "sentences_module": Hostile("sentence-transformers", sentences({"type": "evil.Module"}), "is a evil.Module"),
    "sentences_path": Hostile("sentence-transformers", sentences({"type": _DENSE, "path": "../.."}), "outside its"),
    "sentences_function": Hostile(
        "sentence-transformers",
        sentences({"type": _DENSE}, **{"config.json": text({"activation_function": "evil.run"})}), "'evil.run'",
    ),
    "pipeline_part": Hostile(
        "diffusers-pipeline",
        {"model_index.json": text({"_class_name": "DDPMPipeline", "unet": ["evil", "Model"]})}, "is a evil.Model",
    ),
    "pipeline_custom": Hostile(
        "diffusers-pipeline", {"model_index.json": text({"custom_pipeline": "evil/pipeline"})}, "evil/pipeline"
    ),
    "spacy_callback": Hostile("spacy", spacy('[nlp.before_creation]\n@callbacks = "evil.run"'), "evil.run"),
    "spacy_reads": Hostile("spacy", spacy('[components.a.kb]\n@misc = "spacy.KBFromFile.v1"'), "KBFromFile"),
    "spacy_source": Hostile("spacy", spacy('[components.a]\nsource = "evil"'), "source"),
    "spacy_hidden": Hostile("spacy", spacy('x = {"@misc": "evil.run"}'), "hides a function"),
    "spacy_language": Hostile("spacy", spacy("", "en.evil"), "names no language"),
    "zarr_pickle": Hostile("zarr", zarr({"dtype": "|O", "filters": [{"id": "pickle"}]}, **{"0": RUN}), "'pickle'"),
    "zarr_objects": Hostile("zarr", zarr({"dtype": "|O"}, **{"0": RUN}), "Python objects"),
    "zarr_codec": Hostile(
        "zarr", Zip({"zarr.json": text({"codecs": [{"name": "numcodecs.pickle"}], "node_type": "array"})}), "pickle"
    ),
    "zarr_leaves": Hostile("zarr", zarr({"dtype": "<f8"}, **{"../../evil.py": b""}), "odd name"),
    "zarr_bomb": Hostile("zarr", Zip({"0": bytes(1 << 24)}, zipfile.ZIP_DEFLATED), "compressed"),
    "prophet_nested": Hostile("prophet", b"[" * 100_000, "cannot be read"),
    "sidecar_module": Hostile("evil:Format", RUN, "no format 'evil:Format' is installed"),
    "sidecar_path": Hostile("../../evil", RUN, "no format '../../evil' is installed"),
    "sidecar_type": Hostile("npy", RUN, "is not an array", lies={"python_type": "evil.Model", "types": ["evil.run"]}),
    "sidecar_class": Hostile("xgboost", RUN, "cannot be read", "xgboost", restore={"class": "evil.Model"}),
}  # fmt: skip
