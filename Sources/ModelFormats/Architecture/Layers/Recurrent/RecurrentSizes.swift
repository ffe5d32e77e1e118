import Tensors

/// The matrices of a recurrent layer: as ONNX has them in the graph, W [directions, gates · units, features],
/// R [directions, gates · units, units] and B [directions, vectors · gates · units], and as PyTorch has them in files.
struct RecurrentSizes {
    let kind: RecurrentKind
    let units: Int
    let features: Int
    /// What stands behind the names of the graph's constants.
    let suffix: String
    /// What stands behind the names of each direction's tensors in files.
    let fileSuffixes: [String]
    let biasVectors: Int

    private var directions: Int { fileSuffixes.count }

    /// Rows of one direction's matrix.
    private var rows: Int { kind.gates.count * units }

    /// W or R: each direction's matrix is filled by itself.
    func weights(_ name: String, columns: Int, _ initializer: String, fanIn: Int) -> ParameterSpec {
        let size = rows * columns
        let blocks = (0..<directions).map { direction in
            ParameterSpec.Block(
                elements: (direction * size)..<((direction + 1) * size), shape: [rows, columns],
                initializer: initializer, fanIn: fanIn, fanOut: rows)
        }
        return ParameterSpec(name, [directions, rows, columns], blocks, isWeight: true)
    }

    /// B. The forget gate is the third in ONNX's order; it has its 1 once, in the first vector.
    func bias(_ name: String, _ initializer: String, hasUnitForgetBias: Bool) -> ParameterSpec {
        var blocks: [ParameterSpec.Block] = []
        func append(_ count: Int, _ initializer: String) {
            guard count > 0 else { return }
            let start = blocks.last?.elements.upperBound ?? 0
            blocks.append(
                .init(
                    elements: start..<(start + count), shape: [count], initializer: initializer, fanIn: units,
                    fanOut: rows))
        }
        let count = biasVectors * rows
        for _ in 0..<directions {
            if hasUnitForgetBias {
                append(2 * units, initializer)
                append(units, "ones")
                append(count - 3 * units, initializer)
            } else {
                append(count, initializer)
            }
        }
        return ParameterSpec(name, [directions, count], blocks, isWeight: false)
    }

    /// PyTorch's tensors, `weight_ih_l0` and so on, direction by direction.
    func fileTensors(layer: String) -> [FileTensor] {
        fileSuffixes.enumerated().flatMap { direction, fileSuffix in
            func tensor(_ name: String, _ shape: Shape, _ parameter: String, start: Int, block: Int) -> FileTensor {
                FileTensor(
                    "\(layer).\(name)_\(fileSuffix)", shape, parameter: "\(layer).\(parameter)\(suffix)",
                    offsets: kind.gates.map { start + $0 * block })
            }
            let biases = ["bias_ih", "bias_hh"].prefix(biasVectors).enumerated().map { index, name in
                tensor(name, [rows], "B", start: (direction * biasVectors + index) * rows, block: units)
            }
            return [
                tensor(
                    "weight_ih", [rows, features], "W", start: direction * rows * features, block: units * features),
                tensor("weight_hh", [rows, units], "R", start: direction * rows * units, block: units * units),
            ] + biases
        }
    }
}
