import ModelFormats
import Tensors

/// The golden rows of a version: inputs and the outputs it must reproduce before it serves.
///
/// `golden.safetensors` holds input.0, input.1, … and output.0, …, each [rows, …] in the model's order. They are what the
/// model itself takes and gives: rows after preprocessing, in a version that has it.
struct GoldenCheck {
    static let fileName = "golden.safetensors"

    private let rows: Int
    private let inputs: [Tensor]
    private let outputs: [Tensor]

    /// Reads the file and compares its names and shapes with the model's.
    /// - Throws: `ServingError.file` or `.goldenTensor`.
    init(path: String, model: any ServableModel) throws(ServingError) {
        let tensors: [String: Tensor]
        do {
            tensors = try SafeTensors(path: path).tensors
        } catch .file(_, let error) {
            throw .file(Self.fileName, reason: "\(error)")
        } catch .unreadable(_, let reason) {
            throw .file(Self.fileName, reason: reason)
        } catch {
            throw .file(Self.fileName, reason: "\(error)")
        }
        inputs = try Self.series("input", count: model.inputs.count, in: tensors)
        outputs = try Self.series("output", count: model.outputs.count, in: tensors)
        rows = inputs.first?.shape.dimensions.first ?? 0
        guard rows >= 1 else { throw .goldenTensor("input.0", expected: "at least one row", found: "none") }
        for (name, tensor) in inputs.enumerated().map({ ("input.\($0)", $1) })
            + outputs.enumerated().map({ ("output.\($0)", $1) })
        where tensor.shape.dimensions.first != rows {
            throw .goldenTensor(name, expected: "\(rows) rows, as input.0 has", found: "\(tensor.shape)")
        }
    }

    private static func series(
        _ kind: String, count: Int, in tensors: [String: Tensor]
    ) throws(ServingError) -> [Tensor] {
        var series: [Tensor] = []
        for index in 0..<count {
            let name = "\(kind).\(index)"
            guard let tensor = tensors[name] else {
                throw .goldenTensor(name, expected: "a tensor, as the model has \(count) \(kind)s", found: "none")
            }
            series.append(tensor.convertedToFloat32())
        }
        return series
    }

    /// Number of rows in the file.
    var rowCount: Int { rows }

    /// Runs all rows and compares every output.
    /// - Returns: The plan it ran on, measured.
    /// - Throws: `ServingError.goldenMismatch`, `.goldenTensor`, or what the model throws.
    func run(_ model: any ServableModel, tolerance: Double, clock: MonotonicClock) throws(ServingError) -> WarmUp {
        let sampleShapes = inputs.map { Shape(Array($0.shape.dimensions.dropFirst())) }
        let bindings: [String: Int]
        do {
            bindings = try FreeSizes(model.inputs).bindings(sampleShapes: sampleShapes)
        } catch {
            throw .file(Self.fileName, reason: "\(error)")
        }
        let plan = try model.plan(bindings: bindings)
        for (index, shape) in plan.outputShapes.enumerated() {
            let expected = Shape([rows] + shape.dimensions)
            guard outputs[index].shape == expected else {
                throw .goldenTensor(
                    "output.\(index)", expected: "shape \(expected)", found: "\(outputs[index].shape)")
            }
        }
        let found = plan.outputShapes.map { AlignedStorage(floatCount: rows * $0.elementCount) }
        unsafe plan.run(
            rows: rows, inputs: inputs.map { unsafe UnsafePointer($0.storage.floats) },
            outputs: found.map { unsafe $0.floats }, parallel: false)
        for index in outputs.indices {
            try compare(output: index, with: found[index], tolerance: tolerance)
        }
        return WarmUp(bindings: bindings, plan: plan, rows: inputs.map(\.storage), clock: clock)
    }

    private func compare(output: Int, with found: AlignedStorage, tolerance: Double) throws(ServingError) {
        let shape = outputs[output].shape
        for (position, expected) in outputs[output].floats.enumerated() {
            let value = unsafe found.floats[position]
            let allowed = expected.isFinite ? tolerance * max(1, Double(expected.magnitude)) : 0
            // Written so that NaN never passes, and equal infinities do.
            guard value == expected || (Double(value) - Double(expected)).magnitude <= allowed else {
                let index = zip(shape.dimensions, shape.strides).map { size, stride in position / stride % size }
                throw .goldenMismatch(
                    output: "output.\(output)", index: index, expected: expected, found: value, tolerance: allowed)
            }
        }
    }
}
