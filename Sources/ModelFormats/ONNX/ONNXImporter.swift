package import Graphs
import ONNXProtobuf
import SwiftProtobuf

/// Reads models in the Open Neural Network Exchange format (github.com/onnx/onnx, docs/IR.md).
///
/// Nothing in the file is executed or fetched. Elements of 16 and 64 bit floats become float32, and so do integer inputs
/// whose numbers mean the same as floats. Loops and choices (Loop, If) whose course is known are unrolled. Not supported,
/// and refused by name: other subgraphs (Scan), functions of the model's own, sparse tensors, strings, sequences, maps and
/// optional values.
package enum ONNXImporter {
    /// The versions of ONNX's operator set that are understood.
    package static let supportedOpsets = 7...26
    /// The oldest version of the file format that is understood.
    package static let oldestIRVersion = 3
    /// A protobuf message cannot be larger: 2 GiB.
    package static let maximumByteCount = 1 << 31
    /// Bytes from which on a tensor's elements are not taken through the message: 16 KiB.
    package static let largeByteCount = 1 << 14

    /// Reads a model file; large tensors may stand in files of their own in the same directory.
    package static func graph(path: String) throws(ModelFormatError) -> Graph {
        let source = try ByteSource(path: path, limit: maximumByteCount)
        return try graph(from: source, directory: path.directoryPath)
    }

    /// Reads a model. Tensors in files of their own are looked for in `directory`; nil refuses them.
    package static func graph(from bytes: [UInt8], directory: String? = nil) throws(ModelFormatError) -> Graph {
        try graph(from: ByteSource(bytes), directory: directory)
    }

    /// Reads a model from where it is.
    /// - Parameters:
    ///   - source: The model.
    ///   - directory: Where tensors in files of their own are looked for; nil refuses them.
    ///   - largeByteCount: Bytes from which on a tensor's elements are read from the source itself.
    /// - Returns: The graph.
    /// - Throws: `ModelFormatError` when it is no model that is understood.
    package static func graph(
        from source: ByteSource, directory: String?, largeByteCount: Int = largeByteCount
    ) throws(ModelFormatError) -> Graph {
        var graph = try fileGraph(from: source, directory: directory, largeByteCount: largeByteCount)
        graph.takeIntegerInputsAsFloats()
        return graph
    }

    /// Reads a model whose inputs keep the types that the file names.
    package static func fileGraph(
        from bytes: [UInt8], directory: String? = nil
    ) throws(ModelFormatError) -> Graph {
        try fileGraph(from: ByteSource(bytes), directory: directory)
    }

    /// Reads a model whose inputs keep the types that the file names. With a mapped source large tensors may be parts of the
    /// mapped files.
    static func fileGraph(
        from source: ByteSource, directory: String?, isMapped: Bool = false, largeByteCount: Int = largeByteCount
    ) throws(ModelFormatError) -> Graph {
        guard source.byteCount > 0 else {
            throw .malformed(part: "ONNX model", expected: "a protobuf ModelProto", found: "an empty file")
        }
        let skeleton = try ONNXSkeleton(source, largeByteCount: largeByteCount)
        let model = try parse(skeleton.bytes, fileByteCount: source.byteCount)
        guard model.irVersion >= oldestIRVersion else {
            throw .unsupported(
                part: "ONNX ir_version", expected: "\(oldestIRVersion) and later are", found: "\(model.irVersion)")
        }
        guard model.hasGraph else {
            throw .malformed(part: "ONNX model", expected: "a graph", found: "none")
        }
        let builder = ONNXGraphBuilder(
            name: model.graph.name, opset: try opset(of: model), functions: model.functions,
            tensors: ONNXTensorReader(
                externalData: directory.map { ONNXExternalData(directory: $0, isMapped: isMapped) },
                stored: skeleton.stored))
        return try builder.graph(from: model.graph)
    }

    /// The message of a model file; what the schema does not know is kept only for writing it again.
    /// - Parameters:
    ///   - bytes: The message.
    ///   - keepsUnknownFields: Whether to keep that.
    ///   - fileByteCount: How many bytes the file has, for messages; nil for as many.
    /// - Returns: The model.
    /// - Throws: `.malformed` when it is none.
    static func parse(
        _ bytes: [UInt8], keepsUnknownFields: Bool = false, fileByteCount: Int? = nil
    ) throws(ModelFormatError) -> ONNXModelProto {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = !keepsUnknownFields
        do {
            return try ONNXModelProto(serializedBytes: bytes, extensions: nil, options: options)
        } catch BinaryDecodingError.truncated {
            throw .malformed(
                part: "ONNX model", expected: "a protobuf ModelProto",
                found: "a message that ends early (the file has \(fileByteCount ?? bytes.count) bytes)")
        } catch BinaryDecodingError.invalidUTF8 {
            throw .malformed(part: "ONNX model", expected: "names in UTF-8", found: "other bytes")
        } catch {
            throw .malformed(part: "ONNX model", expected: "a protobuf ModelProto", found: "other bytes")
        }
    }

    /// The version of ONNX's operator set that a model is written for.
    static func opset(of model: ONNXModelProto) throws(ModelFormatError) -> Int {
        let versions = Set(model.opsetImport.filter { isDefaultDomain($0.domain) }.map(\.version))
        guard let version = versions.first, versions.count == 1 else {
            throw .malformed(
                part: "ONNX opset_import", expected: "one version of the domain \"ai.onnx\"",
                found: versions.isEmpty ? "none" : "versions \(versions.sorted())")
        }
        guard let opset = Int(exactly: version), supportedOpsets.contains(opset) else {
            throw .unsupported(
                part: "ONNX opset", expected: "\(supportedOpsets.lowerBound) to \(supportedOpsets.upperBound) are",
                found: "\(version)")
        }
        return opset
    }

    /// Whether `domain` is the one of ONNX's own operators, in either of its spellings.
    static func isDefaultDomain(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }
}
