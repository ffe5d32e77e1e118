import Tensors

extension RecurrentTraining {
    func addBackward(_ context: BackwardContext) {
        let gradients = (0..<3).map { context.gradient(ofOutput: $0) }
        guard gradients.contains(where: { $0 != nil }) else { return }
        let (rows, shape) = ((shape.capacity + context.builder.threads - 1) / context.builder.threads, shape)
        let memory = Memory(
            outputs: gradients,
            dx: context.gradient(ofInput: 0), dWeights: context.gradient(ofParameter: 1),
            dRecurrent: context.gradient(ofParameter: 2),
            dBiases: biases == nil ? nil : context.gradient(ofParameter: 3),
            dInitial: [context.gradient(ofInput: 5), context.gradient(ofInput: 6)],
            turned: shape.directions.map { _ in
                context.builder.prepared(floats: kernels.packedBSize(n: shape.joined, k: shape.sums))
            },
            sums: context.scratch(floats: rows * shape.steps * shape.sums),
            joined: context.scratch(floats: rows * shape.joined),
            hidden: context.scratch(floats: rows * shape.hidden),
            states: [context.scratch(floats: rows * shape.hidden), context.scratch(floats: rows * shape.hidden)],
            matrix: context.scratch(floats: (shape.joined + 1) * shape.sums),
            workspace: context.scratch(
                floats: kernels.gradientWorkspace(n: shape.joined, k: rows * shape.steps)))
        for direction in shape.directions.indices {
            _ = context.keep(joined[direction])
            _ = context.keep(saved[direction])
            addTurning(context, direction, memory.turned[direction])
        }
        if lengths != nil { _ = context.input(4) }
        dropout?.keep(context)
        context.add { operands in
            for direction in shape.directions.indices { backward(operands, direction, memory) }
        }
    }

    /// Packs the joined weights for the product that takes gradients of sums to those of features and hidden state.
    private func addTurning(_ context: BackwardContext, _ direction: Int, _ turned: TrainingBuffer) {
        // Runs beside the forward packing, so it fills a matrix of its own.
        let scratch = context.builder.prepared(floats: (shape.joined + 1) * shape.sums)
        context.builder.preparations.append(
            TrainingStep(name: "Recurrent", kind: .once) { operands in
                let parameters = unsafe parameters(operands, direction)
                unsafe shape.fill(
                    matrix: operands[scratch], bias: operands[scratch] + shape.joined * shape.sums,
                    weights: parameters.weights, recurrent: parameters.recurrent, biases: parameters.biases)
                unsafe kernels.packB(
                    n: shape.joined, k: shape.sums, b: operands[scratch], rowStride: 1, columnStride: shape.sums,
                    into: operands[turned])
            })
    }

    /// What the backward steps read and write.
    struct Memory: Sendable {
        /// Gradients of all hidden states, the last hidden and the last cell states.
        let outputs: [TrainingBuffer?]
        let dx, dWeights, dRecurrent, dBiases: TrainingBuffer?
        /// Of the states before the first step.
        let dInitial: [TrainingBuffer?]
        /// Of each direction: the joined weights, packed the other way.
        let turned: [TrainingBuffer]
        /// [steps, rows, sums]
        let sums: TrainingBuffer
        /// [rows, joined], [rows, hidden] and twice [rows, hidden]
        let joined, hidden: TrainingBuffer
        let states: [TrainingBuffer]
        /// [sums, joined] and [sums]
        let matrix: TrainingBuffer
        let workspace: TrainingBuffer
    }

    private func backward(_ operands: TrainingOperands, _ direction: Int, _ memory: Memory) {
        let rows = operands.rows
        let hidden = unsafe operands[memory.hidden]
        let joined = unsafe operands[memory.joined]
        var (state, previous) = unsafe (operands[memory.states[0]], operands[memory.states[1]])
        unsafe startGradients(operands, direction, memory, hidden: hidden, cell: state)
        for index in (0..<shape.steps).reversed() {
            let time = shape.time(index, direction: direction)
            let sums = unsafe operands[memory.sums] + index * rows.count * shape.sums
            let room = unsafe RecurrentStep.Backward(
                turned: operands[memory.turned[direction]], joined: joined, cellGradient: state,
                passedGradient: previous)
            unsafe addOutputGradients(operands, direction, index, memory, to: hidden)
            unsafe cell.backward(
                step(operands, direction, index, backward: room), room, hiddenGradient: hidden, into: sums)
            if lengths != nil { unsafe skipUncounted(operands, time, sums, state, previous) }
            unsafe kernels.gemmPacked(
                m: rows.count, n: shape.joined, k: shape.sums, a: sums, lda: shape.sums,
                packedB: operands[memory.turned[direction]], bias: nil, clamp: .none, c: joined, ldc: shape.joined)
            unsafe takeJoined(operands, direction, time, memory, joined: joined, passed: previous, hidden: hidden)
            unsafe (state, previous) = unsafe (previous, state)
        }
        unsafe handOver(hidden, to: memory.dInitial[0], operands, direction)
        unsafe handOver(state, to: memory.dInitial[1], operands, direction)
        addWeights(operands, direction, memory)
    }

    /// Copies the gradients of the states before the first step, [rows, hidden], to where they are wanted.
    private func handOver(
        _ source: UnsafePointer<Float>, to target: TrainingBuffer?, _ operands: TrainingOperands, _ direction: Int
    ) {
        guard let target else { return }
        for row in 0..<operands.rows.count {
            let offset = shape.stateOffset(row: operands.rows.lowerBound + row, direction: direction)
            unsafe (operands[target] + offset).update(from: source + row * shape.hidden, count: shape.hidden)
        }
    }

    /// The gradients of the last states.
    private func startGradients(
        _ operands: TrainingOperands, _ direction: Int, _ memory: Memory, hidden: UnsafeMutablePointer<Float>,
        cell: UnsafeMutablePointer<Float>
    ) {
        for state in 1...2 {
            let (source, target) = unsafe (memory.outputs[state], state == 1 ? hidden : cell)
            unsafe target.update(repeating: 0, count: operands.rows.count * shape.hidden)
            guard let source else { continue }
            for row in 0..<operands.rows.count {
                let offset = shape.stateOffset(row: operands.rows.lowerBound + row, direction: direction)
                unsafe (target + row * shape.hidden).update(from: operands[source] + offset, count: shape.hidden)
            }
        }
    }

    /// Adds the gradient of the step's entry in the list of all hidden states.
    private func addOutputGradients(
        _ operands: TrainingOperands, _ direction: Int, _ index: Int, _ memory: Memory,
        to hidden: UnsafeMutablePointer<Float>
    ) {
        guard let dy = memory.outputs[0] else { return }
        let time = shape.time(index, direction: direction)
        for row in 0..<operands.rows.count {
            let whole = operands.rows.lowerBound + row
            guard hasOutput(operands, direction, index, row: whole) else { continue }
            let offset = shape.outputOffset(row: whole, time: time, direction: direction)
            let target = unsafe hidden + row * shape.hidden
            unsafe kernels.add(target, operands[dy] + offset, into: target, count: shape.hidden)
        }
    }

    /// Where a row's step does not count, it computed nothing: gradients pass it unchanged.
    private func skipUncounted(
        _ operands: TrainingOperands, _ time: Int, _ sums: UnsafeMutablePointer<Float>,
        _ state: UnsafeMutablePointer<Float>, _ previous: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<operands.rows.count
        where !isActive(operands, row: operands.rows.lowerBound + row, time: time) {
            unsafe (sums + row * shape.sums).update(repeating: 0, count: shape.sums)
            unsafe (previous + row * shape.hidden).update(from: state + row * shape.hidden, count: shape.hidden)
        }
    }

    /// Takes the gradients of features and of the hidden state before the step out of their joined rows.
    private func takeJoined(
        _ operands: TrainingOperands, _ direction: Int, _ time: Int, _ memory: Memory,
        joined: UnsafeMutablePointer<Float>, passed: UnsafePointer<Float>, hidden: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<operands.rows.count {
            let whole = operands.rows.lowerBound + row
            let source = unsafe joined + row * shape.joined
            let target = unsafe hidden + row * shape.hidden
            if !isActive(operands, row: whole, time: time) {
                // The hidden state's gradient stays as it is.
            } else if cell.passesHiddenGradient {
                unsafe kernels.add(
                    passed + row * shape.hidden, source + shape.inputs, into: target, count: shape.hidden)
            } else {
                unsafe target.update(from: source + shape.inputs, count: shape.hidden)
            }
            if isActive(operands, row: whole, time: time) {
                unsafe dropout?.scale(operands, direction, row: row, target)
            }
            guard let dx = memory.dx else { continue }
            let features = unsafe operands[dx] + shape.inputOffset(row: whole, time: time)
            if direction == 0 {
                unsafe features.update(from: source, count: shape.inputs)
            } else {
                unsafe kernels.add(features, source, into: features, count: shape.inputs)
            }
        }
    }

    /// Adds the gradients of the layer's parameters, summed over all steps and rows.
    private func addWeights(_ operands: TrainingOperands, _ direction: Int, _ memory: Memory) {
        let count = operands.rows.count * shape.steps
        let matrix = unsafe operands[memory.matrix]
        let bias = unsafe matrix + shape.sums * shape.joined
        unsafe matrix.update(repeating: 0, count: (shape.joined + 1) * shape.sums)
        let first = step(operands, direction, 0)
        unsafe kernels.gemmRows(
            m: shape.sums, n: shape.joined, k: count, a: operands[memory.sums], lda: shape.sums, b: first.inputs,
            ldb: shape.joined, c: matrix, ldc: shape.joined, workspace: operands[memory.workspace])
        unsafe kernels.sumRows(operands[memory.sums], rows: count, columns: shape.sums, ldx: shape.sums, into: bias)
        let sizes = shape.parameterSizes
        unsafe shape.addGradients(
            matrix: matrix, bias: bias,
            weights: memory.dWeights.map { unsafe operands[$0] + direction * sizes.weights },
            recurrent: memory.dRecurrent.map { unsafe operands[$0] + direction * sizes.recurrent },
            biases: memory.dBiases.map { unsafe operands[$0] + direction * sizes.biases })
    }
}
