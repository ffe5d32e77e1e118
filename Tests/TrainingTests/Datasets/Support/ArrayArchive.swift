import ModelFormats
import Tensors
import TestSupport

extension ZipBuilding {
    /// An `.npz`.
    static func arrays(_ arrays: [(name: String, tensor: Tensor)]) -> [UInt8] {
        archive(arrays.map { ($0.name + ".npy", NpyWriter.bytes(of: $0.tensor)) })
    }
}
