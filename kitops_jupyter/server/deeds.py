"""Small deeds that are done at once, and registries: blocking, so called in threads."""

from __future__ import annotations

from pathlib import Path

from kitops_jupyter.disk import typed_path
from kitops_jupyter.server import bodies, wire
from kitops_jupyter.server.answers import error_of
from kitops_jupyter.server.lines import line
from kitops_jupyter.server.paths import Root
from kitops_jupyter.server.views.registries import registry_row
from kitops_jupyter.settings import RegistrySettings, Settings
from kitops_jupyter.verbs.core.hints import in_cell


def add_registry(asked: bodies.RegistryEntry, root: Root) -> wire.RegistryRow:
    """Give a registry a name, or change how it is reached; contacts nothing."""
    from kitops_jupyter.operations.registries import name_registry

    return registry_row(asked.name, name_registry(asked.name, _entry(asked, root), settings=Settings.load()))


def try_registry(asked: bodies.RegistryEntry, root: Root) -> wire.RegistryCheck:
    """Ask a registry whether it is there, before it gets a name."""
    from kitops_jupyter.operations.check_registry import check_registry

    found = check_registry(asked.name, _entry(asked, root), settings=Settings.load())
    return wire.RegistryCheck(found.address, found.verdict, found.message, found.hint, found.field)


def _entry(asked: bodies.RegistryEntry, root: Root) -> RegistrySettings:
    """The files are the user's own, as in `registries.json`: they may lie anywhere, their contents are never shown."""

    def file(text: str) -> Path | None:
        return root.folder / typed_path(text) if text else None

    files = file(asked.ca), file(asked.client_cert), file(asked.client_key)
    return RegistrySettings(asked.url, asked.plain_http, asked.tls_verify, *files)


def forget_registry(asked: bodies.RemoveRegistry) -> None:
    """Forget a registry's name."""
    from kitops_jupyter.operations.registries import remove_registry

    remove_registry(asked.name, settings=Settings.load())


def sign_in(asked: bodies.Login) -> wire.RegistryRow:
    """Try credentials and keep them; a registry that speaks plain HTTP is noted as one that does."""
    from kitops_jupyter.operations.login import login
    from kitops_jupyter.operations.registries import name_registry
    from kitops_jupyter.targets import Connection

    settings, name = Settings.load(), asked.registry
    login(name, asked.username, asked.password, connection=Connection(plain_http=asked.plain_http), settings=settings)
    if asked.plain_http and name not in settings.registries:
        settings = name_registry(name, RegistrySettings(plain_http=True), settings=settings)
    return registry_row(name, settings)


def sign_out(asked: bodies.Logout) -> None:
    """Forget the credentials for a registry."""
    from kitops_jupyter.operations.login import logout

    logout(asked.registry, settings=Settings.load())


def validate_text(asked: bodies.Validate) -> wire.Validated:
    """Judge a Kitfile."""
    from kitops_jupyter.operations.validate import validate

    found = validate("Kitfile", text=asked.text)
    problems, warnings = (
        [wire.Problem(item.line, item.column, item.field, item.message, in_cell(item.hint)) for item in items]
        for items in (found.problems, found.warnings)
    )
    return wire.Validated(found.accepted, problems, warnings, found.config or "", found.yaml or "")


def tag_kit(asked: bodies.Tag) -> wire.Done:
    """Another name for a kit, where the kit is."""
    from kitops_jupyter.operations.transfer.tag import tag

    done = tag(asked.source, asked.target, settings=Settings.load())
    return wire.Done(line("tag", asked.source, asked.target), str(done))


def promote_kit(asked: bodies.Promote) -> wire.Done:
    """Move a lifecycle tag, or undo the last move."""
    from kitops_jupyter.operations.transfer.promote import promote

    done = promote(asked.reference, asked.to, undo=asked.undo, settings=Settings.load())
    return wire.Done(_promote_line(asked), str(done))


def plan_promotion(asked: bodies.Promote) -> wire.PromotionPlan:
    """Which tags a promotion or its undo will move, and which an undo cannot put back."""
    from kitops_jupyter.operations.transfer.promotion_plan import plan_promotion

    found = plan_promotion(asked.reference, asked.to, undo=asked.undo, settings=Settings.load())
    moves = [
        wire.TagMove(
            move.tag, move.before or "", move.after or "", found.messages.get(move.after, "") if move.after else ""
        )
        for move in found.moves
    ]
    kept = [wire.KeptTag(each.tag, each.digest or "", each.reason) for each in found.kept]
    return wire.PromotionPlan(moves, kept, _promote_line(asked))


def _promote_line(asked: bodies.Promote) -> wire.Line:
    return line("promote", asked.reference, "--to", asked.to, *(["--undo"] if asked.undo else []))


def remove_kits(asked: bodies.Remove) -> wire.Removed:
    """Remove kits, or say what that would free; of several, one that fails keeps no other. Raises if it is the only."""
    from kitops_jupyter.operations.transfer.remove import preview_each, remove_each

    act = preview_each if asked.dry_run else remove_each
    done, failures = act(asked.references, force=asked.force, remote=asked.remote, settings=Settings.load())
    if failures and len(asked.references) == 1:
        raise failures[0][1]
    gone = list(dict.fromkeys([*(name for name, _ in done.removed), *done.untagged]))
    failed = [wire.NotRemoved(name, error_of(problem)) for name, problem in failures]
    return wire.Removed(done.freed_bytes, gone, "" if asked.dry_run else str(done), failed)
