"""Numbers inside scikit-learn's objects that its compiled code uses as places in memory, without a check of its own.

A file may have any there: the process would read what is not its own, or die. Source: UNTRUSTED_TYPE_REASONS of skops.
"""

from __future__ import annotations

from typing import Any

from kitops_jupyter.capture.formats.contract import Loading
from kitops_jupyter.capture.formats.parts import parts_of
from kitops_jupyter.errors import VariableRefused


def check_places(value: Any, loading: Loading) -> None:
    """Raise VariableRefused for a tree of this estimator that points outside itself or the features."""
    for inside, part in parts_of(value):
        kind = f"{type(part).__module__}.{type(part).__qualname__}"
        if kind == "sklearn.tree._tree.Tree":
            is_sound = _is_sound_tree(part)
        elif kind.startswith(("sklearn.neighbors._kd_tree.", "sklearn.neighbors._ball_tree.")):
            is_sound = _is_sound_ball(part)
        elif kind.startswith("sklearn."):
            is_sound = _fits_features(part)
        else:
            continue
        if not is_sound:
            raise VariableRefused(
                f"{loading.name}{inside} ({kind}): its nodes point outside the tree or the features",
                hint="the file was damaged or made to do harm; ask its author to pack it again",
            )


def _is_sound_tree(tree: Any) -> bool:
    import numpy

    count = tree.node_count
    if not 0 <= count <= tree.capacity:
        return False
    left, right, feature = tree.children_left, tree.children_right, tree.feature
    own = numpy.arange(count)
    inner = left != -1
    # Builders append a child after its parent: a smaller number would be a circle.
    children = (left > own) & (left < count) & (right > own) & (right < count)
    return bool((children & (feature >= 0) & (feature < tree.n_features) | ~inner).all())


def _fits_features(estimator: Any) -> bool:
    """Trees are given the rows that the estimator around them has checked to have `n_features_in_` columns."""
    count = getattr(estimator, "n_features_in_", None)
    tree: Any = getattr(estimator, "tree_", None)
    if hasattr(tree, "n_features") and tree.n_features != count:
        return False
    for each in _flat(getattr(estimator, "estimators_", ())):
        if hasattr(each, "tree_") and not (count is not None and getattr(each, "n_features_in_", 0) <= count):
            return False
    return all(_is_sound_predictor(each, count) for each in _flat(getattr(estimator, "_predictors", ())))


def _flat(items: Any) -> list[Any]:
    if hasattr(items, "ravel"):
        return list(items.ravel())
    found: list[Any] = []
    for item in items if isinstance(items, (list, tuple)) else ():
        found.extend(item) if isinstance(item, (list, tuple)) else found.append(item)
    return found


def _is_sound_predictor(predictor: Any, features: Any) -> bool:
    import numpy

    nodes = predictor.nodes
    count, own = len(nodes), numpy.arange(len(nodes))
    left, right = nodes["left"].astype("i8"), nodes["right"].astype("i8")
    children = (left > own) & (left < count) & (right > own) & (right < count)
    inner = nodes["is_leaf"] == 0
    sets = nodes["bitset_idx"] < len(predictor.raw_left_cat_bitsets)
    is_right_set = (nodes["is_categorical"] == 0) | sets
    feature = nodes["feature_idx"]
    is_right_feature = (feature >= 0) & (feature < (features or 0))
    return bool(count and ((children & is_right_feature & is_right_set) | ~inner).all())


def _is_sound_ball(tree: Any) -> bool:
    import numpy

    data, index, nodes, bounds, _, _, nodes_said, *_ = tree.__getstate__()
    rows, count = len(data), len(nodes)
    own = numpy.arange(count)
    is_inner = nodes["is_leaf"] == 0
    begin, end = nodes["idx_start"], nodes["idx_end"]
    return bool(
        bounds.shape[1] == count == nodes_said
        and len(index) == rows
        and ((index >= 0) & (index < rows)).all()
        and ((begin >= 0) & (begin <= end) & (end <= rows)).all()
        and (2 * own[is_inner] + 2 < count).all()
    )
