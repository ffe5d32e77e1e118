import Graphs
import ModelFormats
import Preprocessing
import Serving
import Tensors

/// Bodies that hold the inputs as they are, without JSON: raw numbers, NumPy's files, an image.
struct TensorBody {
    let version: ModelVersion

    /// The inputs in a body.
    /// - Throws: `APIError.body` when it is not what its media type says.
    func tensors(_ body: UnsafeRawBufferPointer, _ format: BodyFormat) throws(APIError) -> [InputTensor] {
        guard unsafe !body.isEmpty else { throw .body("the body is empty") }
        switch format {
        case .floats: return [unsafe try numbers(body, .fp32)]
        case .image: return [Self.images([unsafe [UInt8](body)])]
        case .npy: return [Self.input(try unsafe Self.npy([UInt8](body)), "")]
        case .npz:
            let arrays = try unsafe Self.npz([UInt8](body))
            if arrays.count == 1, let array = arrays.first?.value { return [Self.input(array, "")] }
            return arrays.sorted { $0.key < $1.key }.map { Self.input($0.value, $0.key) }
        case .json, .csv, .jsonLines, .multipart: preconditionFailure("is read otherwise")
        }
    }

    /// Image files, each a row.
    static func images(_ files: [[UInt8]]) -> InputTensor {
        InputTensor(name: "", place: "body", shape: [files.count], values: .bytes(files))
    }

    /// An archive may not be larger than other bodies when it is unpacked.
    private static var limits: ZipArchive.Limits {
        var limits = ZipArchive.Limits()
        limits.maximumByteCount = 1 << 28
        return limits
    }

    private static func npy(_ body: [UInt8]) throws(APIError) -> Tensor {
        do throws(ModelFormatError) { return try NpyReader.tensor(from: body, name: "body") } catch {
            throw .body("\(error)")
        }
    }

    private static func npz(_ body: [UInt8]) throws(APIError) -> [String: Tensor] {
        do throws(ModelFormatError) { return try NpzReader.tensors(from: body, limits: limits) } catch {
            throw .body("\(error)")
        }
    }

    private static func input(_ tensor: Tensor, _ name: String) -> InputTensor {
        let floats = tensor.convertedToFloat32()
        return InputTensor(
            name: name, place: name.isEmpty ? "body" : name, shape: floats.shape.dimensions,
            values: .floats(floats.storage), mayBeRow: true)
    }

    /// The only input, in its own type.
    /// - Throws: `APIError.body` when the bytes are not whole rows, or there are several inputs.
    func elements(_ body: UnsafeRawBufferPointer) throws(APIError) -> InputTensor {
        let datatype = VersionInterface(version).tensors[0].datatype
        return unsafe try numbers(body, datatype == .bytes ? .fp32 : datatype)
    }

    /// Numbers, as many as whole rows have; a row's one free size follows from their number.
    private func numbers(
        _ body: UnsafeRawBufferPointer, _ datatype: TensorDatatype
    ) throws(APIError) -> InputTensor {
        let tensors = VersionInterface(version).tensors
        var sizes = tensors.first?.shape.dropFirst() ?? []
        if case .table = version.preprocessing?.preprocessing.input { sizes = [tensors.count] }
        let free = sizes.count { $0 < 0 }
        guard version.inputs.count == 1 || version.preprocessing != nil, free <= 1 else {
            throw .body("a body of bare numbers: expected a model with one input of at most one free size")
        }
        let known = sizes.filter { $0 > 0 }.reduce(1, *)
        let width = datatype.byteCount ?? MemoryLayout<Float>.stride
        let count = body.count / width
        guard body.count > 0, body.count % width == 0, count % known == 0 else {
            let found =
                unsafe BodyFormat.mediaType(ofFile: body).map {
                    "what begins as a file of \($0); say so in Content-Type"
                }
                ?? "\(body.count) bytes"
            throw .body(
                "body: expected a multiple of \(known * width) bytes, \(known) numbers of \(8 * width) bits a row, "
                    + "got \(found)")
        }
        let shape = free == 0 ? [count / known] + sizes : [1] + sizes.map { $0 < 0 ? count / known : $0 }
        let storage = unsafe BinaryTensor.floats(body, datatype, count: count)
        return InputTensor(name: "", place: "body", shape: shape, values: .floats(storage))
    }
}
