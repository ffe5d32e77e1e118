"""Makes Tests/Fixtures/tars: the same three files as tar archives of every format that is still written.

    python3 Tests/Fixtures/make_tars.py
"""

import gzip
import io
import pathlib
import tarfile

from onnx import TensorProto, helper

FOLDER = pathlib.Path(__file__).with_name("tars")
LONG = "assets/" + "a-long-name-" * 12 + ".txt"
FILES = {"model.onnx": b"ok", "assets/words.txt": b"one\ntwo\n", LONG: b"x" * 600}

FOLDER.mkdir(exist_ok=True)
for name, kind in [("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT), ("ustar", tarfile.USTAR_FORMAT)]:
    with tarfile.open(FOLDER / f"{name}.tar", "w", format=kind) as archive:
        folder = tarfile.TarInfo("./assets")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for path, contents in FILES.items():
            # ustar has room for 100 bytes behind the last slash.
            entry = tarfile.TarInfo(path if kind != tarfile.USTAR_FORMAT else path[:100])
            entry.size = len(contents)
            entry.mtime = 1.5 if kind == tarfile.PAX_FORMAT else 1
            archive.addfile(entry, io.BytesIO(contents))

# A model of one number that adds 3 to it, and an archive that is a thousand times as large as it looks.


value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 1]) for name in "xy"]
constant = helper.make_tensor("offset", TensorProto.FLOAT, [1], [3.0])
graph = helper.make_graph([helper.make_node("Add", ["x", "offset"], ["y"])], "tiny", value[:1], value[1:], [constant])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
for name, path, contents in [
    ("tiny", "model.onnx", model.SerializeToString()),
    ("zeros", "model.onnx", bytes(4_000_000)),
]:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT) as archive:
        entry = tarfile.TarInfo(path)
        entry.size = len(contents)
        archive.addfile(entry, io.BytesIO(contents))
    archive_bytes = raw.getvalue()
    if name == "tiny":
        archive_bytes = archive_bytes[: 512 * 2 + 1024]
    (FOLDER / f"{name}.tar.gz").write_bytes(gzip.compress(archive_bytes, mtime=0))
