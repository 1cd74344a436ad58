"""An index of kits with labels: one name for several builds of a model, of which one is chosen.

Source: format.md, "Index"; kit-2026.md 7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kitops_jupyter import gojson
from kitops_jupyter.content import IMAGE_INDEX, Descriptor
from kitops_jupyter.errors import ManifestInvalid, NotAModelKit, NotFound, Usage
from kitops_jupyter.manifest import load_object
from kitops_jupyter.media_types import INDEX_ARTIFACT

ORIGINAL_TAG = "ml.kitops.modelkit.original-tag"
_LABELS = "modelMetadata"
_LABEL_NAME = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\Z")


@dataclass(frozen=True, slots=True)
class KitIndex:
    """The kits of an index, each a descriptor; `labels_of` says what tells them apart."""

    entries: tuple[Descriptor, ...] = ()

    def select(self, labels: Sequence[str]) -> Descriptor:
        """The one kit that has all of these `KEY=VALUE` labels. Raises NotFound for none or several, listing them."""
        wanted = dict(_pair(label) for label in labels)
        if len(wanted) != len(labels):
            raise Usage("give each label only once")
        found = [
            entry
            for entry in self.entries
            if all(key in (has := labels_of(entry)) and _as_text(has[key]) == value for key, value in wanted.items())
        ]
        if len(found) == 1:
            return found[0]
        what = "several kits have" if found else "no kit has"
        shown = ", ".join(labels) or "no label"
        raise NotFound(
            f"{what} {shown} in this index",
            hint="repeat -l KEY=VALUE until one kit matches",
            details=[describe(entry) for entry in found or self.entries],
        )

    def with_entry(self, entry: Descriptor) -> KitIndex:
        """The index with this kit: in the place of the same digest, with its labels added, or at the end."""
        for at, known in enumerate(self.entries):
            if known.digest == entry.digest:
                merged = replace(
                    entry,
                    annotations={**known.annotations, **entry.annotations},
                    extra={**known.extra, **entry.extra, _LABELS: {**labels_of(known), **labels_of(entry)}},
                )
                return KitIndex((*self.entries[:at], merged, *self.entries[at + 1 :]))
        return KitIndex((*self.entries, entry))

    def without(self, digest: str) -> KitIndex:
        """The index without that kit. Raises NotFound."""
        left = tuple(entry for entry in self.entries if entry.digest != digest)
        if len(left) == len(self.entries):
            raise NotFound(f"{digest[:19]} is not in this index")
        return KitIndex(left)

    def to_bytes(self) -> bytes:
        """The index as kit writes it."""
        return _json(
            {
                "schemaVersion": 2,
                "mediaType": IMAGE_INDEX,
                "artifactType": INDEX_ARTIFACT,
                "manifests": [_written(entry) for entry in self.entries],
            }
        ).encode("utf-8")


def parse_index(data: bytes) -> KitIndex:
    """Read an index of kits. Raises NotAModelKit for an index of something else, ManifestInvalid."""
    parsed = load_object(data, "index", parse_float=_Number)
    if parsed.get("mediaType") != IMAGE_INDEX or parsed.get("artifactType") != INDEX_ARTIFACT:
        raise NotAModelKit("not an index of ModelKits", hint="name one kit of it by its digest")
    listed = parsed.get("manifests")
    listed = [] if listed is None else listed
    if not isinstance(listed, list):
        raise ManifestInvalid(f"index: manifests is {type(listed).__name__}, expected a list")
    entries = tuple(Descriptor.from_json(value, where=f"index: manifest {at}") for at, value in enumerate(listed))
    for entry in entries:
        labels_of(entry)
    return KitIndex(entries)


def labels_of(entry: Descriptor) -> Mapping[str, Any]:
    """The labels of one kit of an index. Raises ManifestInvalid."""
    labels = entry.extra.get(_LABELS)
    labels = {} if labels is None else labels
    if not isinstance(labels, dict):
        raise ManifestInvalid(f"index: {_LABELS} is {type(labels).__name__}, expected an object")
    return labels


def labelled(entry: Descriptor, labels: Sequence[str]) -> Descriptor:
    """The descriptor with labels set (`key=text`, `key:=JSON`) or taken away (`key-`). Raises Usage."""
    changed, named = dict(labels_of(entry)), set()
    for label in labels:
        key, equals, value = label.partition("=")
        is_json = bool(equals) and key.endswith(":")
        key = key[:-1] if is_json or (not equals and key.endswith("-")) else key
        if not key or (equals and not _LABEL_NAME.match(key)) or (not equals and key == label):
            raise Usage(f"label {label!r}: expected KEY=VALUE, KEY:=JSON, or KEY- to remove it")
        if key in named:
            raise Usage(f"label {label!r}: {key} is given twice", hint="give each label only once")
        named.add(key)
        if equals:
            changed[key] = _json_value(label, key, value) if is_json else value
        else:
            changed.pop(key, None)
    return replace(entry, extra={**entry.extra, _LABELS: changed})


def _json_value(label: str, key: str, text: str) -> Any:
    try:
        (value,) = load_object(f'{{"":{text}}}'.encode("utf-8", "surrogatepass"), "label", parse_float=_Number).values()
    except (ManifestInvalid, ValueError):  # a ValueError where it is the inside of an object
        raise Usage(f"label {label!r}: {text[:60]!r} is not JSON", hint=f"{key}={text} sets it as text") from None
    return value


def label_texts(entry: Descriptor) -> list[tuple[str, str]]:
    """The labels, sorted, each as the text that it is compared by."""
    return [(key, _as_text(value)) for key, value in sorted(labels_of(entry).items())]


def describe(entry: Descriptor) -> str:
    """One kit of an index for people: its tag, its labels, its digest."""
    labels = ", ".join(f"{key}={text}" for key, text in label_texts(entry))
    return " ".join(filter(None, (entry.annotations.get(ORIGINAL_TAG, ""), labels, entry.digest.short)))


def _written(entry: Descriptor) -> dict[str, Any]:
    written = entry.to_json()
    labels = written.pop(_LABELS, None)
    if labels:
        written[_LABELS] = dict(sorted(labels.items(), key=lambda pair: pair[0].encode()))
    return written


def _pair(label: str) -> tuple[str, str]:
    key, equals, value = label.partition("=")
    if not key or not equals:
        raise Usage(f"label {label!r}: expected KEY=VALUE", hint="-l quantization=q4_0")
    return key, value


def _as_text(value: Any) -> str:
    """Text by its content, anything else by its compact JSON: how labels are compared."""
    return value if isinstance(value, str) else _json(value)


class _Number(float):
    """A number that keeps how it was written: labels are compared, and written back, as text."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> _Number:
        self = super().__new__(cls, text)
        self.text = text
        return self


def _json(value: Any) -> str:
    """As gojson writes it, but numbers as they were."""
    if isinstance(value, _Number):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{gojson.dumps(key)}:{_json(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return gojson.dumps(value)
