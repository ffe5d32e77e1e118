#!/usr/bin/env python3
"""Makes Tests/ModelFormatsTests/Fixtures/hdf5: files as h5py writes them, and some that Apus must refuse.

    python3 make_hdf5.py DIRECTORY      (needs h5py)
"""
import os
import sys

import h5py
import numpy as np

os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])

with h5py.File("types.h5", "w") as file:
    for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        for order in "<>":
            name = f"{'little' if order == '<' else 'big'}/{kind}"
            file[name] = np.arange(6, dtype=order + kind).reshape(2, 3)
    file["scalar"] = np.float32(2.5)
    file["empty"] = np.zeros((0, 3), "f4")
    file["text"] = "no numbers"
    file["flags"] = np.array([True, False])
    file.create_dataset("compact", data=np.arange(4, dtype="f4"), track_times=False)

with h5py.File("attributes.h5", "w") as file:
    group = file.create_group("group")
    group.attrs["text"] = "ünïcode"
    group.attrs["bytes"] = np.bytes_(b"fixed")
    group.attrs["texts"] = ["one", "", "three"]
    group.attrs["fixed_texts"] = np.array([b"a", b"bcd"])
    group.attrs["none"] = []
    group.attrs["number"] = 3
    group.attrs["long"] = "x" * 100_000
    for index in range(3):
        group.attrs[f"split{index}"] = np.array([b"%d" % index, b"z"])

with h5py.File("chunked.h5", "w") as file:
    data = np.arange(7 * 10, dtype="f4").reshape(7, 10)
    file.create_dataset("plain", data=data, chunks=(3, 4))
    file.create_dataset("gzip", data=data, chunks=(3, 4), compression="gzip")
    file.create_dataset("shuffle", data=data, chunks=(3, 4), compression="gzip", shuffle=True)
    file.create_dataset("fletcher32", data=data, chunks=(3, 4), shuffle=True, fletcher32=True)
    file.create_dataset("cube", data=np.arange(60, dtype=">i4").reshape(3, 4, 5), chunks=(2, 3, 2), compression="gzip")
    file.create_dataset("many", data=np.arange(1000, dtype="i2"), chunks=(3,))
    file.create_dataset("unwritten", shape=(8,), dtype="f4", chunks=(4,))

with h5py.File("many.h5", "w") as file:
    for index in range(300):
        file[f"group/dataset{index}"] = np.float32(index)

with h5py.File("latest.h5", "w", libver="latest") as file:
    file["group/data"] = np.arange(5, dtype="f4")
    file["group"].attrs["name"] = "new"

with h5py.File("latest_many.h5", "w", libver="latest") as file:
    for index in range(20):
        file[f"dataset{index}"] = np.float32(index)

with h5py.File("soft_link.h5", "w") as file:
    file["data"] = np.arange(3, dtype="f4")
    file["link"] = h5py.SoftLink("/data")

with h5py.File("external_link.h5", "w") as file:
    file["link"] = h5py.ExternalLink("/etc/passwd", "/data")

with h5py.File("external_data.h5", "w") as file:
    file.create_dataset("data", shape=(16,), dtype="u1", external=[("/etc/passwd", 0, 16)])

with h5py.File("virtual.h5", "w", libver="latest") as file:
    layout = h5py.VirtualLayout(shape=(3,), dtype="f4")
    layout[:] = h5py.VirtualSource("types.h5", "little/f4", shape=(3,))
    file.create_virtual_dataset("data", layout)

with h5py.File("lzf.h5", "w") as file:
    file.create_dataset("data", data=np.arange(100, dtype="f4"), chunks=(10,), compression="lzf")

with h5py.File("compound.h5", "w") as file:
    file["data"] = np.zeros(2, dtype=[("a", "f4"), ("b", "i4")])

with h5py.File("bomb.h5", "w") as file:
    file.create_dataset("data", data=np.zeros(1 << 24, "f4"), chunks=(1 << 24,), compression="gzip")

with h5py.File("small.h5", "w") as file:
    file["group/data"] = np.arange(6, dtype="f4").reshape(2, 3)
    file["group"].attrs["names"] = ["data"]
    file.create_dataset("chunks", data=np.arange(6, dtype="f4"), chunks=(4,), compression="gzip")
