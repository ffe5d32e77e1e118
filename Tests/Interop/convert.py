"""Takes models through `apus convert` and checks what comes out with onnx, onnxruntime, numpy and safetensors.

For each model: model -> native -> ONNX -> native -> ONNX, and model -> npz. onnxruntime must answer as Apus did within
1e-5, and as the framework did within 1e-4 where an io.npz lies beside the model. Tensors of PyTorch without an
architecture.json get the one of `architectures` that is called as their directory. Prints a line for each model and ends
with 1 when one failed; a model that Apus refuses to load counts as refused.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file, save_file

BOUND = 1e-5
FRAMEWORK_BOUND = 1e-4
ARCHITECTURES = pathlib.Path(__file__).parent / "architectures"
TENSORS = {".safetensors", ".pt", ".pth"}
SUFFIXES = {".onnx", ".keras", ".h5", ".pt", ".pth", ".safetensors"}
TYPES = {"tensor(float)": numpy.float32, "tensor(int64)": numpy.int64, "tensor(int32)": numpy.int32}


class Failure(Exception):
    """A step that went wrong."""


def difference(expected, found):
    """The largest difference, for each 1 of an answer above 1."""
    if len(expected) != len(found):
        return float("inf")
    worst = 0.0
    for a, b in zip(expected, found):
        if a.shape != b.shape:
            return float("inf")
        if a.size:
            worst = max(worst, float(numpy.max(numpy.abs(a - b) / numpy.maximum(1, numpy.abs(a)))))
    return worst


def run(path, inputs):
    """onnxruntime's answers to inputs in the model's order."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    feeds = {}
    for info, value in zip(session.get_inputs(), inputs, strict=True):
        feeds[info.name] = value.astype(TYPES[info.type]).reshape(value.shape)
    return session.run(None, feeds)


def series(tensors, kind):
    """The tensors kind.0, kind.1, … of golden rows."""
    return [tensors[f"{kind}.{index}"] for index in range(len(tensors)) if f"{kind}.{index}" in tensors]


def convert(apus, source, target):
    result = subprocess.run([apus, "convert", str(source), str(target)], capture_output=True, text=True)
    if result.returncode:
        raise Failure(f"{source} -> {target.name}: {result.stderr.strip()}")


def check_onnx(path, golden):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    worst = difference(series(golden, "output"), run(path, series(golden, "input")))
    if not worst <= BOUND:
        raise Failure(f"{path.name}: onnxruntime differs by {worst:.3g}")
    return worst


def check_framework(path, answers):
    """Against what the model's own framework answered."""
    arrays = numpy.load(answers)
    inputs = [arrays[name] for name in sorted(arrays) if name.startswith("x")]
    outputs = [arrays[name] for name in sorted(arrays) if name.startswith("y")]
    worst = difference(outputs, [value.reshape(want.shape) for value, want in zip(run(path, inputs), outputs)])
    if not worst <= FRAMEWORK_BOUND:
        raise Failure(f"{path.name}: the framework differs by {worst:.3g}")


def unpacked(fixture, directory):
    """A native model from a file of the tests: tensors, inputs and outputs, and the architecture inside or beside it."""
    tensors = load_file(fixture)
    beside = fixture.with_suffix(".json")
    text = beside.read_bytes() if beside.exists() else bytes(tensors["architecture"])
    model = directory / "fixture"
    model.mkdir()
    (model / "architecture.json").write_bytes(text)
    parts = {name: value for name, value in tensors.items() if not name.startswith(("input.", "output.", "architecture"))}
    save_file(parts, model / "model.safetensors")
    return model, tensors


def is_fixture(file):
    return file.suffix == ".safetensors" and (file.with_suffix(".json").exists() or "architecture" in load_file(file))


def architecture(file):
    """The architecture.json of tensors, beside them or of ours; None when there is neither."""
    places = [file.parent / "architecture.json", ARCHITECTURES / f"{file.parent.name}.json"]
    return next((place for place in places if place.exists()), None)


def completed(file, directory):
    """The file, or a copy with our architecture.json and the framework's answers beside it."""
    place = architecture(file) if file.suffix in TENSORS else None
    if place is None or place.parent == file.parent:
        return file
    folder = directory / "completed"
    folder.mkdir()
    shutil.copy(place, folder / "architecture.json")
    for source in [file, file.parent / "io.npz"]:
        if source.exists():
            shutil.copy(source, folder)
    return folder / file.name


def check(apus, model, directory):
    """All ways of one model; returns the largest difference."""
    native, first = directory / "native", directory / "first.onnx"
    golden = None
    if is_fixture(model):
        model, golden = unpacked(model, directory)
    convert(apus, model, native)
    golden = golden or load_file(native / "golden.safetensors")
    convert(apus, native, first)
    worst = check_onnx(first, golden)
    answers = model.parent / "io.npz"
    if answers.exists():
        check_framework(first, answers)
    convert(apus, first, directory / "again")
    convert(apus, directory / "again", directory / "second.onnx")
    worst = max(worst, check_onnx(directory / "second.onnx", golden))
    convert(apus, model, directory / "parameters.npz")
    arrays, tensors = numpy.load(directory / "parameters.npz"), load_file(native / "model.safetensors")
    for name in arrays:
        if not numpy.array_equal(arrays[name], tensors[name]):
            raise Failure(f"parameters.npz: {name} is not what model.safetensors has")
    return worst


def models(paths):
    for path in paths:
        path = pathlib.Path(path)
        if path.is_file():
            yield path
            continue
        for file in sorted(path.rglob("*")):
            if file.suffix not in SUFFIXES or file.name.startswith("golden."):
                continue
            if file.suffix in TENSORS and not architecture(file) and not is_fixture(file):
                continue
            yield file


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apus", required=True)
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    counts = {"passed": 0, "failed": 0, "refused": 0}
    for path in models(options.models):
        with tempfile.TemporaryDirectory() as directory:
            model = completed(path, pathlib.Path(directory))
            probe = subprocess.run([options.apus, "inspect", "--json", str(model)], capture_output=True, text=True)
            try:
                if not is_fixture(model) and not (probe.stdout and json.loads(probe.stdout)["loadable"]):
                    verdict, text = "refused", probe.stderr.strip() or "is no model"
                else:
                    worst = check(options.apus, model, pathlib.Path(directory))
                    verdict, text = "passed", f"largest difference {worst:.2g}"
            except Exception as error:  # onnx and onnxruntime have many
                verdict, text = "failed", f"{type(error).__name__}: {error}"
        counts[verdict] += 1
        print(f"{verdict:8}{path}  {text}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
