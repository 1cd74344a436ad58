"""What a file or folder is by its name: what kind of entry it makes, or why it must be left out."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection
from typing import Literal

Kind = Literal["model", "part", "code", "dataset", "docs", "prompt", "mcpserver"]
# What a folder's own name or its marker file says of all that is in it.
Hint = Literal["", "bundle", "model", "dataset", "docs", "prompt"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MODELS = _words(
    ".safetensors .skops .onnx .pt .pth .pt2 .ptl .keras .gguf .ggml .ggmf .llamafile .cbm .ubj .xgb .tflite .pb .ckpt"
    " .mar .caffemodel .pmml .coreml .mlmodel .lgb .engine .plan .torchscript .params .nemo .task"
)
# These may hold either: below a folder of data they are data.
_MODELS_OR_DATA = _words(".pkl .pickle .joblib .h5 .hdf5 .bin .dill .cloudpickle")
_DATA = _words(
    ".csv .tsv .parquet .arrow .feather .jsonl .ndjson .npz .npy .orc .avro .tfrecord .tfrecords .mat .rds .sqlite"
    " .sqlite3 .db .duckdb .xlsx .xls .ods .sav .dta .libsvm .svmlight .zarr .nc .zip .tar .tgz .gz .bz2 .xz .zst .7z"
    " .wav .flac .mp3 .ogg .mp4 .avi .mov .webm .las .ply"
)
_IMAGES = _words(".png .jpg .jpeg .gif .bmp .tif .tiff .webp .svg .dcm .heic")
_CODE = _words(
    ".ipynb .py .pyi .pyx .r .rmd .qmd .jl .m .sh .bash .ps1 .bat .sql .js .mjs .ts .tsx .jsx .java .scala .kt .go .rs"
    " .c .cc .cpp .h .hpp .cu .cs .rb .lua .toml .cfg .ini .lock .css .ipy .mk .cmake .dockerfile .tf"
)
_CODE_NAMES = (
    *("requirements*.txt", "constraints*.txt", "environment*.yml", "environment*.yaml", "conda*.yml", "conda*.yaml"),
    *(
        "pipfile",
        "makefile",
        "dockerfile*",
        "jenkinsfile",
        "snakefile",
        "cmakelists.txt",
        "package.json",
        "tsconfig*.json",
    ),
    *("docker-compose*", "compose.y*ml", "dvc.yaml", "params.y*ml", "mlproject"),
)
_DOCS = _words(".md .markdown .rst .adoc .pdf .html .htm .tex .bib .docx")
_DOCS_NAMES = ("readme*", "license*", "licence*", "copying*", "notice*", "changelog*", "authors*", "citation.cff")
_PROMPT_SUFFIXES = (".prompt", ".prompt.md", ".prompt.txt", ".prompt.yml", ".prompt.yaml", ".prompt.json")
_WITH_MODELS = _words(".json .txt .yaml .yml .model .jinja .vocab .spm .merges .xml .prototxt")
# Beside a model at the top of the folder, where anything may lie, only these are taken for its parts.
_SIDECAR = re.compile(
    r"(generation_|adapter_|preprocessor_|processor_|image_processor_|feature_extractor_|model_)?config\.json|tokenizer.*"
    r"|special_tokens_map\.json|added_tokens\.json|vocab\..*|vocab|merges\.txt|.*\.index\.json|chat_template\..*|.*\.spm"
    r"|modules\.json|sentence_bert_config\.json|label(s|_map|2id)?\.(txt|json)|modelfile"
)
_HINTS: dict[str, Hint] = {
    **dict.fromkeys(("docs", "doc", "documentation"), "docs"),
    **dict.fromkeys(("prompts", "prompt", "skills"), "prompt"),
    **dict.fromkeys(("data", "dataset", "datasets", "corpus", "corpora", "images", "labels", "annotations"), "dataset"),
    **dict.fromkeys(("model", "models", "checkpoint", "checkpoints", "weights"), "model"),
}
_BUNDLES = frozenset(("saved_model.pb", "MLmodel"))
_SKILL = "SKILL.md"

_SECRETS = (
    *(".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.gpg"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "credentials", "credentials.*", "credentials*.json"),
    *("*credentials.json", "*credential.json", "service[-_]account*.json", "client_secret*.json", "secret", "secrets"),
    *("secret.*", "secrets.*", ".netrc", "_netrc", ".pgpass", ".pypirc", ".npmrc", ".htpasswd", ".git-credentials"),
    *("kaggle.json", "token.json", "token", "*.token", "kubeconfig", "*.kubeconfig", "*.tfvars", "*.tfstate", "*.ovpn"),
    *(".dockercfg", ".dockerconfigjson", ".boto", ".s3cfg", ".my.cnf", "application_default_credentials*"),
)
_SECRET_FOLDERS = frozenset((".aws", ".azure", ".docker", ".gnupg", ".kube", ".ssh"))
_JUNK = ("*.pyc", "*.pyo", "thumbs.db", "desktop.ini", "*~", "*.swp", "*.tmp", "*.crdownload", "*.part")
_FOLDERS = {
    ".git": "Git's history",
    ".ipynb_checkpoints": "notebook checkpoints",
    "__pycache__": "Python's cache",
    "node_modules": "packages installed by npm",
    "wandb": "Weights & Biases run logs",
    "mlruns": "MLflow run logs",
    "site-packages": "packages installed by pip",
    "__macosx": "macOS metadata",
}


def _any(patterns: Collection[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns), re.DOTALL)


_SECRET, _JUNK_NAME, _DOCS_NAME, _CODE_NAME = _any(_SECRETS), _any(_JUNK), _any(_DOCS_NAMES), _any(_CODE_NAMES)


def suffix_of(name: str) -> str:
    """The last suffix, in small letters; a leading dot begins none."""
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def file_stays_out(name: str) -> str:
    """Why a file must not be taken; empty if it may be."""
    lowered = name.lower()
    if _SECRET.match(lowered):
        return "may contain a secret"
    if name.startswith("."):
        return "hidden"
    return "left behind by a program" if _JUNK_NAME.match(lowered) else ""


def folder_stays_out(name: str, names: Collection[str] = ()) -> str:
    """Why a folder must not be taken; `names` are those of what is in it, once they are known."""
    lowered = name.lower()
    if reason := _FOLDERS.get(lowered):
        return reason
    if "pyvenv.cfg" in names or "conda-meta" in names:
        return "a virtual environment"
    if lowered.endswith((".egg-info", ".dist-info")):
        return "packages installed by pip"
    if _SECRET.match(lowered):
        return "may contain secrets"
    return "hidden" if name.startswith(".") else ""


def stays_out(name: str, *, is_dir: bool) -> bool:
    """Whether a file or folder of this name is never proposed, so that nobody need hear that no layer takes it."""
    return bool(folder_stays_out(name) if is_dir else file_stays_out(name))


def names_secret(path: str) -> bool:
    """Whether the name of the file, or of a folder that it lies in, says that it may contain a secret."""
    parts = path.lower().split("/")
    return any(_SECRET.match(part) for part in parts) or not _SECRET_FOLDERS.isdisjoint(parts[:-1])


def hint_of(name: str, names: Collection[str], inherited: Hint) -> Hint:
    """What a folder is for: by what is in it, by its name, or by the folder that it lies in."""
    if inherited in ("bundle", "docs", "prompt"):
        return inherited
    if _SKILL in names:
        return "prompt"
    if not _BUNDLES.isdisjoint(names):
        return "bundle"
    return _HINTS.get(name.lower(), inherited)


def file_kind(name: str, hint: Hint) -> Kind | None:
    """The kind of a file; None where its neighbours must say."""
    suffix, lowered = suffix_of(name), name.lower()
    if suffix == ".mcpb":
        return "mcpserver"
    if hint == "bundle":
        return "model"
    if hint in ("docs", "prompt"):
        return hint
    if lowered.endswith(_PROMPT_SUFFIXES):
        return "prompt"
    if _DOCS_NAME.match(lowered) or suffix in _DOCS:
        return "docs"
    if suffix in _MODELS:
        return "model"
    if suffix in _MODELS_OR_DATA:
        return "dataset" if hint == "dataset" else "model"
    if suffix in _CODE or _CODE_NAME.match(lowered):
        return "code"
    if suffix in _DATA:
        return "dataset"
    return "dataset" if hint == "dataset" else None


_IMAGES_OF_A_SET = 10  # a few images are figures, many are data


def settle(names: Collection[str], kinds: Collection[Kind], *, is_root: bool) -> dict[str, Kind]:
    """The kinds of files whose names alone do not tell, by the kinds of those beside them."""
    images = sum(1 for name in names if suffix_of(name) in _IMAGES)
    neighbours = set(kinds) - {"mcpserver"}
    other: Kind = "code"
    if not is_root and "code" not in neighbours:
        if "dataset" in neighbours or (images > _IMAGES_OF_A_SET and images * 2 > len(names)):
            other = "dataset"
        elif neighbours == {"docs"}:
            other = "docs"
    found: dict[str, Kind] = {}
    for name in names:
        suffix = suffix_of(name)
        if suffix in _IMAGES:
            found[name] = "dataset" if images > _IMAGES_OF_A_SET else "docs" if other == "code" else other
        elif "model" in neighbours and _goes_with_model(name, suffix, strict=is_root or "code" in neighbours):
            found[name] = "part"
        else:
            found[name] = other
    return found


def _goes_with_model(name: str, suffix: str, *, strict: bool) -> bool:
    return bool(_SIDECAR.fullmatch(name.lower())) or (not strict and suffix in _WITH_MODELS)
