import ONNXProtobuf
import SwiftProtobuf

/// A model file that adds a number to each element of its only input: its answers show what it was given.
enum TinyModel {
    /// The file for rows `x` and `y` of `shape`, nil where the size is free, which adds `offset`.
    static func bytes(shape: [Int?], plus offset: Float = 0) throws -> [UInt8] {
        var constant = ONNXTensorProto()
        constant.name = "offset"
        constant.dataType = 1
        constant.dims = [1]
        constant.floatData = [offset]
        var node = ONNXNodeProto()
        node.opType = "Add"
        node.input = ["x", "offset"]
        node.output = ["y"]
        var opset = ONNXOperatorSetIdProto()
        opset.version = 17
        var model = ONNXModelProto()
        model.irVersion = 8
        model.opsetImport = [opset]
        model.graph.initializer = [constant]
        model.graph.input = [value("x", shape)]
        model.graph.output = [value("y", shape)]
        model.graph.node = [node]
        return try model.serializedBytes()
    }

    /// The same for rows `x` of any number of steps, with their mean as a second output `mean`.
    static func bytesWithMean(plus offset: Float) throws -> [UInt8] {
        var model = try ONNXModelProto(serializedBytes: try bytes(shape: [nil], plus: offset))
        var axes = ONNXAttributeProto()
        axes.name = "axes"
        axes.type = .ints
        axes.ints = [1]
        var node = ONNXNodeProto()
        node.opType = "ReduceMean"
        node.input = ["x"]
        node.output = ["mean"]
        node.attribute = [axes]
        model.graph.node.append(node)
        model.graph.output.append(value("mean", [1]))
        return try model.serializedBytes()
    }

    private static func value(_ name: String, _ shape: [Int?]) -> ONNXValueInfoProto {
        var info = ONNXValueInfoProto()
        info.name = name
        info.type.tensorType.elemType = 1
        info.type.tensorType.shape.dim = ([nil] + shape).enumerated().map { axis, size in
            var dimension = ONNXTensorShapeProto.Dimension()
            if let size { dimension.dimValue = Int64(size) } else { dimension.dimParam = axis == 0 ? "batch" : "time" }
            return dimension
        }
        return info
    }
}
