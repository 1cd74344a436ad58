"""`kit pack`: files into a kit."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from kitops_jupyter import codecs
from kitops_jupyter.disk import is_notebook
from kitops_jupyter.errors import NotFound, Usage
from kitops_jupyter.verbs.core.network import connection
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.values import numbers, variables
from kitops_jupyter.verbs.core.verb import Context, Verb


def _parser() -> Parser:
    from kitops_jupyter.archive import formats

    parser = Parser(
        "pack",
        usage="pack [DIR] [flags]",
        examples=(
            "kit pack . -t churn:tuned",
            "kit pack . -t churn:tuned -m 'deeper trees'",
            "kit pack -t churn:tuned --model clf --dataset train=df --metric accuracy=0.93",
            "kit pack . -t churn:tuned --patch",
            "kit pack . -f ./other/Kitfile -t registry.example.com/team/churn:v1,latest",
        ),
    )
    parser.word("DIR", kind="folder", required=False)
    parser.flag(
        "-f", "--file", metavar="FILE", kind="path", help=("the Kitfile; - reads the cell's body, or standard input")
    )
    parser.flag(
        "-t", "--tag", metavar="REF", kind="new reference", help="the kit's name: [registry/]repository:tag1,tag2"
    )
    parser.flag(
        "-m", "--message", metavar="TEXT", action="append", default=[],
        help="why this kit is packed, at most 4,096 characters; may be repeated, a line each",
    )  # fmt: skip
    parser.flag(
        "--model", metavar="[NAME=]VAR", kind="variable", action="append", default=[],
        help="pack this variable as a model, in an open format; may be repeated",
    )  # fmt: skip
    parser.flag(
        "--dataset", metavar="[NAME=]VAR", kind="variable", action="append", default=[],
        help="pack this variable as a data set; may be repeated",
    )  # fmt: skip
    parser.flag(
        "--metric", metavar="NAME=VALUE", action="append", default=[],
        help="a number about the model: a literal, a variable or an expression; may be repeated",
    )  # fmt: skip
    parser.flag(
        "--param", metavar="NAME=VALUE", action="append", default=[],
        help="what the model was trained with; may be repeated",
    )  # fmt: skip
    parser.flag("--no-log", help="leave out what kit log and kit.log() noted")
    parser.flag("--allow-pickle", help="also pack variables as files that run code when they are loaded")
    parser.flag("--compression", choices=codecs.NAMES, default="none", help="compression of the layers")
    parser.flag(
        "--layer-format",
        choices=formats.NAMES,
        default="tar",
        help="raw stores a single file as it is, without an archive",
    )
    parser.flag("--follow-links", help="pack what links point to, below DIR or named in the Kitfile")
    parser.flag("--use-model-pack", help="write a CNCF ModelPack instead of a ModelKit")
    parser.flag("--init", help="propose and write a Kitfile if there is none (the default in a notebook)")
    parser.flag("--notebook", metavar="PATH", kind="path", help="pack this notebook, with its folder")
    parser.flag("--add-notebook", help="give the notebook an entry in the Kitfile, if it has none")
    parser.flag("--no-notebook", help="do not save the open notebook first, and leave it out of a proposal")
    parser.flag("--env", help="record the environment, even with a Kitfile of your own")
    parser.flag("--no-env", help="do not record the environment")
    parser.flag("--no-facts", help="do not record the git commit, which cells ran, and the kits that came in")
    parser.flag("--patch", help="record how tracked files differ from the git commit; look at it before you push")
    parser.flag("--no-cache", help="read every file again, even unchanged ones")
    parser.flag("--dry-run", help="show what would be packed without writing anything")
    parser.flag("--push", help="stream the files to the tag's registry without storing them locally")
    parser.network_flags()
    parser.common_flags()
    return parser


def _run(arguments: argparse.Namespace, context: Context) -> object:
    if arguments.env and arguments.no_env:
        raise Usage(
            "kit pack: --env and --no-env exclude each other", hint="kit pack . --no-env packs without the environment"
        )
    if not (context.interactive or arguments.dir or arguments.tag or arguments.file or arguments.notebook):
        raise Usage("kit pack needs a folder or a name", hint="kit pack . -t NAME:TAG packs the current folder")
    from kitops_jupyter.operations.pack.notebook import is_left_out
    from kitops_jupyter.operations.pack.pack import pack

    file, text = _kitfile(arguments, context)
    notebook, told = _notebook(arguments, context)
    context = dataclasses.replace(context, notebook=notebook)
    folder = context.folder(arguments.dir)
    packed = None if arguments.no_notebook else context.notebook_in(folder)
    if not arguments.add_notebook and is_left_out(folder, packed, text=text, file=file):
        assert packed is not None
        context.warn(f"{packed.name} is not packed: the Kitfile has no entry for it; --add-notebook adds one")
    result = pack(
        folder,
        file=file,
        text=text,
        tag=arguments.tag,
        message="\n".join(arguments.message),
        models=variables(arguments.model, "--model", context.variables),
        datasets=variables(arguments.dataset, "--dataset", context.variables),
        metrics=numbers(arguments.metric, "--metric", context.variables),
        params=numbers(arguments.param, "--param", context.variables),
        allow_pickle=arguments.allow_pickle,
        log=not arguments.no_log,
        compression=arguments.compression,
        layer_format=arguments.layer_format,
        use_model_pack=arguments.use_model_pack,
        use_cache=not arguments.no_cache,
        propose=context.interactive or arguments.init,
        notebook=packed,
        add_notebook=arguments.add_notebook,
        leave_out=notebook if arguments.no_notebook else None,
        record_environment=_records(arguments, context),
        record_facts=not arguments.no_facts,
        record_patch=arguments.patch,
        follow_links=arguments.follow_links,
        dry_run=arguments.dry_run,
        push=arguments.push,
        connection=connection(arguments, context),
        settings=context.settings,
        observe=context.observe,
    )
    return dataclasses.replace(result, notes=(*told, *result.notes))


def _records(arguments: argparse.Namespace, context: Context) -> bool | None:
    """A terminal's Python is not the one that the project runs in: there it must be asked for."""
    if arguments.env:
        return True
    return None if context.interactive and not arguments.no_env else False


def _notebook(arguments: argparse.Namespace, context: Context) -> tuple[Path | None, tuple[str, ...]]:
    """The notebook that is meant, saved first if it is the open one; and what to report about it."""
    if arguments.no_notebook:
        if arguments.notebook:
            raise Usage("kit pack: --notebook and --no-notebook exclude each other", hint="leave one of them out")
        return context.notebook, ()
    named = context.path(arguments.notebook).absolute() if arguments.notebook else None
    if named is not None and not (is_notebook(named.name) and named.is_file()):
        raise NotFound(f"--notebook {arguments.notebook}: no such notebook", hint="name an .ipynb file")
    notebook = named or context.notebook
    folder = context.path(arguments.dir).absolute() if arguments.dir else None
    if notebook is None or (folder and not notebook.is_relative_to(folder)):
        if named:
            raise Usage(f"{arguments.notebook} is outside {arguments.dir}", hint="leave the folder out")
        return notebook, ()
    if arguments.dry_run or context.save_notebook is None or (named and named != context.notebook):
        return notebook, ()
    saved = context.save_notebook(notebook)
    return saved.path, (saved.told,)


def _kitfile(arguments: argparse.Namespace, context: Context) -> tuple[Path | None, str | None]:
    """The Kitfile's place, or its text."""
    if arguments.file == "-" or (arguments.file is None and context.cell_text is not None):
        return None, context.read_input("pack")
    if context.cell_text is not None:
        raise Usage(
            f"kit pack: the cell's body and {arguments.file} are both a Kitfile", hint="leave out either -f or the body"
        )
    return (context.path(arguments.file) if arguments.file else None), None


VERB = Verb(
    name="pack",
    summary="pack files into a kit in the local store",
    about=(
        "Stores the files that the Kitfile names as one kit; the tag moves last. Files that did not change since "
        "the last pack are not read again. Without DIR it packs the current folder, or in a notebook the "
        "notebook's folder. In a notebook a missing Kitfile is proposed, shown and written, %%kit pack takes the "
        "Kitfile from the cell, the open notebook is saved first, and a proposed Kitfile includes files that "
        "reinstall the environment. --model and --dataset pack variables of the notebook: each becomes a file of an "
        "open format below models/ or datasets/, and kit load brings it back."
    ),
    parser=_parser,
    run=_run,
    takes_cell=True,
    kit_line=lambda result: f"Model saved: {result.digest}" if result.digest else "",
)
