"""What goes where in a proposal for a data scientist's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitops_jupyter import discover, kitfile
from kitops_jupyter.discover import Proposal
from kitops_jupyter.errors import PathInvalid, Usage


def propose(root: Path, *names: str, sizes: dict[str, int] | None = None) -> Proposal:
    """The proposal for a folder of these files (a name that ends in / is a folder)."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(b"x" * (sizes or {}).get(name, 1))
    before = sorted(root.rglob("*"))
    proposal = discover.propose(root)
    assert kitfile.validate(proposal.kitfile) == []
    assert sorted(root.rglob("*")) == before
    return proposal


def paths(proposal: Proposal) -> dict[str, list[str]]:
    """The paths by section."""
    found: dict[str, list[str]] = {}
    for entry in proposal.kitfile.entries():
        found.setdefault(entry.section, []).append(entry.path)
    return found


def test_a_usual_project_has_everything_in_its_section(tmp_path: Path) -> None:
    proposal = propose(
        tmp_path,
        *("iris.ipynb", "train.py", "requirements.txt", "README.md", "LICENSE", "model/iris.skops"),
        *("data/train.csv", "data/validation.csv", "docs/a.md", "docs/b.png", "prompts/ask.txt", "tool.mcpb"),
    )
    assert paths(proposal) == {
        "model": ["model/iris.skops"],
        "code": ["iris.ipynb", "requirements.txt", "train.py"],
        "dataset": ["data/train.csv", "data/validation.csv"],
        "docs": ["LICENSE", "README.md", "docs"],
        "prompt": ["prompts"],
        "mcpserver": ["tool.mcpb"],
    }
    assert [data.name for data in proposal.kitfile.datasets] == ["train", "validation"]
    assert proposal.kitfile.model and proposal.kitfile.model.framework == "scikit-learn"
    assert proposal.kitfile.mcp_servers[0].name == "tool"
    assert not proposal.left_out
    assert not proposal.notes


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".hidden", "hidden"),
        (".env", "secret"),
        (".env.production", "secret"),
        ("prod.ENV", "secret"),
        ("server.pem", "secret"),
        ("id_rsa", "secret"),
        ("id_ed25519", "secret"),
        ("tls.key", "secret"),
        ("credentials.json", "secret"),
        ("credentials-prod.json", "secret"),
        ("my-service-account-credentials.json", "secret"),
        ("service_account_x.json", "secret"),
        ("client_secret_12.json", "secret"),
        (".netrc", "secret"),
        (".pypirc", "secret"),
        ("kaggle.json", "secret"),
        ("secrets.yaml", "secret"),
        ("terraform.tfvars", "secret"),
        ("store.p12", "secret"),
        ("old.pyc", "left behind"),
        ("Kitfile", "the Kitfile"),
        ("kitfile", "the Kitfile"),
        (".kitignore", "lists what"),
    ],
)
def test_a_file_that_must_stay_out_is_told(name: str, reason: str, tmp_path: Path) -> None:
    proposal = propose(tmp_path, "a.py", name)
    assert paths(proposal) == {"code": ["a.py"]}
    ((path, why),) = proposal.left_out
    assert path == name and reason in why


@pytest.mark.parametrize(
    ("inside", "folder"),
    [
        (".git/config", ".git"),
        (".ipynb_checkpoints/a.ipynb", ".ipynb_checkpoints"),
        ("__pycache__/a.pyc", "__pycache__"),
        ("node_modules/left/index.js", "node_modules"),
        ("anything/pyvenv.cfg", "anything"),
        ("conda/conda-meta/history", "conda"),
        (".aws/credentials", ".aws"),
        ("secrets/a.txt", "secrets"),
        ("x.egg-info/PKG-INFO", "x.egg-info"),
    ],
)
def test_a_folder_that_must_stay_out_is_told_once(inside: str, folder: str, tmp_path: Path) -> None:
    proposal = propose(tmp_path, "a.py", inside, f"{inside}-more")
    assert paths(proposal) == {"code": ["a.py"]}
    assert [path for path, _ in proposal.left_out] == [folder]


@pytest.mark.parametrize("name", ["tokenizer.json", "environment.yml", "keys.csv", "secretary.py", "monkey.csv"])
def test_names_that_only_resemble_secrets_are_taken(name: str, tmp_path: Path) -> None:
    assert propose(tmp_path, name).left_out == ()


def test_a_folder_with_a_checkpoint_below_is_listed_file_by_file(tmp_path: Path) -> None:
    clean = propose(tmp_path, "nb/a.ipynb", "nb/deep/b.ipynb")
    assert paths(clean) == {"code": ["nb"]}
    proposal = propose(tmp_path, "nb/deep/.ipynb_checkpoints/b.ipynb")
    assert paths(proposal) == {"code": ["nb/a.ipynb", "nb/deep/b.ipynb"]}
    assert proposal.left_out == (("nb/deep/.ipynb_checkpoints", "notebook checkpoints"),)


def test_what_kitignore_names_is_told_and_splits_no_folder(tmp_path: Path) -> None:
    (tmp_path / ".kitignore").write_text("**/__pycache__\n")
    proposal = propose(tmp_path, "src/a.py", "src/b.py", "src/__pycache__/a.pyc")
    assert paths(proposal) == {"code": ["src"]}
    assert ("src/__pycache__", "matched by .kitignore") in proposal.left_out


def test_the_largest_model_leads_and_the_rest_are_parts(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "a.pkl", "b.onnx", "m/big.gguf", "config.json", sizes={"m/big.gguf": 9})
    assert paths(proposal) == {"model": ["m/big.gguf"], "part": ["a.pkl", "b.onnx", "config.json"]}


@pytest.mark.parametrize(
    "suffix",
    [
        "pkl",
        "joblib",
        "skops",
        "onnx",
        "safetensors",
        "pt",
        "pth",
        "h5",
        "keras",
        "gguf",
        "cbm",
        "ubj",
        "xgb",
        "PKL",
        "bin",
        "tflite",
    ],
)
def test_models_are_known_by_their_suffix(suffix: str, tmp_path: Path) -> None:
    assert paths(propose(tmp_path, f"m.{suffix}")) == {"model": [f"m.{suffix}"]}


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "arrow", "feather", "jsonl", "npz", "npy", "CSV"])
def test_data_is_known_by_its_suffix(suffix: str, tmp_path: Path) -> None:
    proposal = propose(tmp_path, f"Iris.{suffix}")
    assert paths(proposal) == {"dataset": [f"Iris.{suffix}"]}
    assert proposal.kitfile.datasets[0].name == "Iris"


def test_a_pickle_among_data_is_data(tmp_path: Path) -> None:
    assert paths(propose(tmp_path, "data/rows.pkl")) == {"dataset": ["data/rows.pkl"]}


def test_data_sets_have_names_of_their_own(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "a/iris.csv", "b/iris.csv", "b/iris.tsv", "iris_TRAIN.csv", "train.csv", "x-val.csv")
    names = [data.name for data in proposal.kitfile.datasets]
    assert names == ["iris", "b-iris", "iris-2", "train", "train-2", "validation"]


def test_a_folder_of_images_is_one_data_set(tmp_path: Path) -> None:
    proposal = propose(tmp_path, *(f"images/{kind}/{at}.png" for kind in ("cat", "dog") for at in range(30)))
    assert paths(proposal) == {"dataset": ["images"]}


def test_a_few_images_are_figures(tmp_path: Path) -> None:
    assert paths(propose(tmp_path, "a.py", "plot.png")) == {"code": ["a.py"], "docs": ["plot.png"]}


def test_a_data_folder_of_few_folders_has_them_as_data_sets(tmp_path: Path) -> None:
    proposal = propose(tmp_path, *(f"data/{part}/{at}.txt" for part in ("train", "test") for at in range(30)))
    assert [(data.name, data.path) for data in proposal.kitfile.datasets] == [
        ("test", "data/test"),
        ("train", "data/train"),
    ]


def test_much_code_is_one_entry_and_a_model_in_it_is_carved_out(tmp_path: Path) -> None:
    proposal = propose(tmp_path, *(f"src/{at}.py" for at in range(60)), "src/deep/m.pt", "src/deep/x.py", "src/d.csv")
    assert paths(proposal) == {"model": ["src/deep/m.pt"], "code": ["src"], "dataset": ["src/d.csv"]}


def test_a_saved_model_is_taken_as_a_folder(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "net/saved_model.pb", "net/variables/v.index", "net/assets/README.md")
    assert paths(proposal) == {"model": ["net"]}


def test_a_skill_is_a_prompt_by_its_folder(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "review/SKILL.md", "review/scripts/run.py", "x.prompt.md", "y.prompt")
    assert [(prompt.name, prompt.path) for prompt in proposal.kitfile.prompts] == [
        ("review", "review"),
        ("x", "x.prompt.md"),
        ("y", "y.prompt"),
    ]


def test_servers_of_one_name_get_two_names(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "a/t.mcpb", "b/t.mcpb", "docs/t.mcpb")
    assert [server.name for server in proposal.kitfile.mcp_servers] == ["t", "b-t", "docs-t"]


def test_a_link_is_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/all").symlink_to("/")
    (tmp_path / "gone").symlink_to("nowhere")
    proposal = propose(tmp_path, "src/a.py")
    assert paths(proposal) == {"code": ["src"]}
    assert [path for path, _ in proposal.left_out] == ["gone", "src/all"]


def test_the_package_has_the_folders_name_or_the_notebooks(tmp_path: Path) -> None:
    root = tmp_path / "flowers"
    propose(root, "Iris forest.ipynb")
    assert discover.propose(root).kitfile.package.name == "flowers"
    assert discover.propose(root, notebook=root / "Iris forest.ipynb").kitfile.package.name == "Iris forest"
    package = discover.propose(root, name="n", description="d", author="a").kitfile.package
    assert (package.name, package.description, package.authors) == ("n", "d", ("a",))


def test_a_notebook_elsewhere_or_unsaved_is_noted(tmp_path: Path) -> None:
    propose(tmp_path / "in", "a.py")
    assert "outside" in discover.propose(tmp_path / "in", notebook=tmp_path / "x.ipynb").notes[0]
    assert "not saved" in discover.propose(tmp_path / "in", notebook=Path("x.ipynb")).notes[0]


def test_depth_looks_into_folders(tmp_path: Path) -> None:
    propose(tmp_path, "src/a.py", "src/in/b.py", "src/in/c.py")

    def code(depth: int | None) -> list[str]:
        return [entry.path for entry in discover.propose(tmp_path, depth=depth).kitfile.code]

    assert code(None) == code(0) == ["src"]
    assert code(1) == ["src/a.py", "src/in"]
    assert code(2) == code(-1) == ["src/a.py", "src/in/b.py", "src/in/c.py"]
    with pytest.raises(Usage):
        code(-2)


def test_a_big_folder_with_a_blemish_is_left_out_with_advice(tmp_path: Path) -> None:
    proposal = propose(tmp_path, *(f"img/{at}.png" for at in range(201)), "img/.DS_Store")
    assert paths(proposal) == {}
    assert [path for path, _ in proposal.left_out] == ["img", "img/.DS_Store"]
    assert proposal.notes[0] == (
        "left out, because .DS_Store is in it: img; to pack the whole folder, add **/.DS_Store to .kitignore"
    )
    (tmp_path / ".kitignore").write_text("**/.DS_Store\n")
    assert paths(propose(tmp_path)) == {"dataset": ["img"]}


def test_many_folders_with_one_blemish_make_one_note(tmp_path: Path) -> None:
    names = [f"d{folder}/{at}.py" for folder in range(7) for at in range(21)]
    proposal = propose(tmp_path, *names, *(f"d{folder}/__pycache__/a.pyc" for folder in range(7)))
    assert len(proposal.kitfile.code) == len(names)
    (note,) = proposal.notes
    assert note.startswith("listed file by file, because __pycache__ is in it: d0, d1, d2, d3, d4 and 2 more; ")


def test_an_empty_folder_is_noted(tmp_path: Path) -> None:
    proposal = propose(tmp_path, "empty/")
    assert paths(proposal) == {} and proposal.notes == ("there are no files to pack",)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PathInvalid, match="cannot be read"):
        discover.propose(tmp_path / "nowhere")
