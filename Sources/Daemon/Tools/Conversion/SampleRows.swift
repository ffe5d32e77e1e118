import Graphs
import Tensors

/// Rows of numbers that a model takes, for comparing it with another.
struct SampleRows {
    /// Rows, at least 1.
    let rows: Int
    /// [rows, …] for each input.
    let inputs: [AlignedStorage]
    /// The value of each free size.
    let bindings: [String: Int]

    /// Steps of a sequence whose length is free.
    private static let usualSteps = 16

    init(rows: Int, inputs: [AlignedStorage], bindings: [String: Int]) {
        self.rows = rows
        self.inputs = inputs
        self.bindings = bindings
    }

    /// Draws numbers: of -1..<1, or whole ones where the model picks rows of a table or counts steps, and small ones for
    /// other inputs that are integers in the file, which `wholeInputs` names.
    /// - Throws: `DaemonError` when the model cannot run at the sizes chosen.
    init(
        rows: Int, of model: LoadedModel, sizes: ChosenSizes, wholeInputs: Set<Int>, seed: UInt64
    ) throws(DaemonError) {
        let bindings = try sizes.bindings(of: model, standard: Self.usualSteps)
        let plan = try model.plan(bindings)
        var random = RandomSource(seed: seed)
        let roles = model.imported.inputRoles
        let steps = model.compiled.inputs.first?.dimensions.dropFirst().first?.value(bindings) ?? 1
        inputs = zip(plan.inputSizes, roles).enumerated().map { index, input in
            let (size, role) = input
            let storage = AlignedStorage(floatCount: rows * size)
            for row in 0..<rows {
                for place in 0..<size {
                    let number = random.uniform()
                    let value: Float =
                        switch role {
                        case .numbers where wholeInputs.contains(index): Float(Int(8 * number))
                        case .numbers: 2 * number - 1
                        // Every second row ends in zeros, which are padding to models that mask them.
                        case .indices(let count):
                            row % 2 == 1 && place * 3 >= size * 2 ? 0 : Float(Int(number * Float(count)))
                        case .lengths: Float(1 + Int(number * Float(steps)))
                        }
                    unsafe storage.floats[row * size + place] = value
                }
            }
            return storage
        }
        self.rows = rows
        self.bindings = bindings
    }

    /// Reads the rows of a file.
    init(path: String, of model: LoadedModel) throws(DaemonError) {
        let input = try PredictionInput(path: path, signatures: model.compiled.inputs)
        self.init(rows: input.rows, inputs: input.values, bindings: input.bindings)
    }

    /// What a model answers: [rows, …] for each output.
    func answers(of model: LoadedModel) throws(DaemonError) -> [Tensor] {
        let plan = try model.plan(bindings(of: model))
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: rows * $0) }
        unsafe plan.run(
            rows: rows, inputs: inputs.map { unsafe UnsafePointer($0.floats) },
            outputs: outputs.map { unsafe $0.floats },
            workspace: plan.makeWorkspace(threads: 1), pool: nil)
        return zip(outputs, plan.outputShapes).map { storage, shape in
            Tensor(dtype: .float32, shape: Shape([rows] + shape.dimensions), storage: storage)
        }
    }

    /// The sizes under the names that a model has for them, which stand in the same order.
    private func bindings(of model: LoadedModel) -> [String: Int] {
        let names = model.freeSizes
        guard Set(names) != Set(bindings.keys) else { return bindings }
        let first = bindings.count == 1 ? bindings.first?.value : nil
        return names.reduce(into: [:]) { $0[$1] = bindings[$1] ?? first ?? Self.usualSteps }
    }

    /// The rows under the names that golden rows have.
    func tensors(of model: LoadedModel) throws(DaemonError) -> [String: Tensor] {
        var result: [String: Tensor] = [:]
        for (index, (storage, signature)) in zip(inputs, model.compiled.inputs).enumerated() {
            let sizes = signature.dimensions.dropFirst().map { $0.value(bindings) ?? 1 }
            result["input.\(index)"] = Tensor(dtype: .float32, shape: Shape([rows] + sizes), storage: storage)
        }
        for (index, tensor) in try answers(of: model).enumerated() { result["output.\(index)"] = tensor }
        return result
    }
}
