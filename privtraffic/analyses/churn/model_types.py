"""What a saved churn model may be made of: a fixed list, looked at before anything of the file is built."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

MOST_BYTES = 1 << 28
"""Of all parts of a file, unpacked; a model of many rounds takes a few millions."""
MOST_TOLD = 1 << 23
"""Of what a model says of itself, which Python makes objects of; it takes some thousands."""

MADE_OF = {
    "builtins": {"dict", "list", "str", "tuple", "int", "float", "bool", "NoneType"},
    "numpy": {"ndarray", "bool", "bool_", "float32", "float64", "int32", "int64", "uint8", "uint32", "uint64"},
    # As scikit-learn called it before 1.9.
    "_loss": {"CyHalfBinomialLoss"},
    "numpy.random._generator": {"Generator"},
    "numpy.random.mtrand": {"RandomState"},
    "sklearn._loss._loss": {"CyHalfBinomialLoss"},
    "sklearn._loss.link": {"Interval", "LogitLink"},
    "sklearn._loss.loss": {"HalfBinomialLoss"},
    "sklearn.ensemble._hist_gradient_boosting.binning": {"_BinMapper"},
    "sklearn.ensemble._hist_gradient_boosting.gradient_boosting": {"HistGradientBoostingClassifier"},
    "sklearn.ensemble._hist_gradient_boosting.predictor": {"TreePredictor"},
    "sklearn.linear_model._logistic": {"LogisticRegression"},
    "sklearn.preprocessing._label": {"LabelEncoder"},
}
"""skops trusts every estimator there is, and functions of numpy and scipy; a churn model is made of these alone."""

LOADERS = {
    "DictNode", "JsonNode", "ListNode", "LossNode", "NdArrayNode", "ObjectNode", "RandomGeneratorNode",
    "RandomStateNode", "TupleNode", "TypeNode",
}  # fmt: skip


def other_types(path: Path) -> list[str]:
    """The types of a skops file that are not on the list.

    Raises
    ------
    ValueError, KeyError, zipfile.BadZipFile, OSError
        Where it is no such file, or unpacks to more than any model.
    """
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
            raise ValueError("size")
        if archive.getinfo("schema.json").file_size > MOST_TOLD:
            raise ValueError("schema")
        waiting: list[Any] = [json.loads(archive.read("schema.json"))]
    found: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            module, name, loader = (node.get(key) for key in ("__module__", "__class__", "__loader__"))
            if (module, name, loader) != (None, None, None) and (
                str(name) not in MADE_OF.get(str(module), ()) or loader not in LOADERS
            ):
                found.add(f"{module}.{name}" if loader in LOADERS else f"{module}.{name} ({loader})")
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return sorted(found)[:5]
