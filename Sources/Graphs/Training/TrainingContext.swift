package import Tensors

/// What an operator sees when it adds its steps and those of its gradient to a training plan.
///
/// An operator's `differentiate` adds its forward steps and leaves a closure that later adds the backward ones:
///
///     let (x, y) = (context.input(0), context.output())
///     context.addForward { operands in … }
///     context.onBackward { backward in
///         guard let dx = backward.gradient(ofInput: 0) else { return }
///         let dy = backward.gradientOfOutput()
///         backward.add { operands in … writes dx whole, for operands.rows … }
///     }
///
/// Steps write the gradients of values whole; where several nodes use a value, the plan adds them up. Gradients of
/// parameters are added to what is there, for each thread in a block of its own.
package struct TrainingContext {
    let builder: TrainingBuilder
    let node: Graph.Node
    let position: Int

    /// The kernels of the instruction set level the plan is made for.
    package var kernels: Kernels { builder.kernels }
    /// Rows of the largest batch.
    package var capacity: Int { builder.capacity }
    /// Most rows that one thread works on.
    package var rowsPerThread: Int { (builder.capacity + builder.threads - 1) / builder.threads }
    /// Threads that share a batch at most.
    package var threads: Int { builder.threads }

    /// Whether input `index` is there.
    package func hasInput(_ index: Int) -> Bool { index < node.inputs.count && node.inputs[index] != nil }

    /// Whether somebody wants output `index`.
    package func wantsOutput(_ index: Int) -> Bool { index < node.outputs.count && node.outputs[index] != nil }

    /// Number of inputs, counting left-out ones in the middle.
    package var inputCount: Int { node.inputs.count }

    /// The value of a required input.
    package func value(_ index: Int) -> Graph.Value { builder.graph[inputID(index)] }

    /// The shape of an input, with the largest batch.
    package func shape(ofInput index: Int) -> Shape { builder.shape(inputID(index)) }

    /// The shape of an output, with the largest batch.
    package func shape(ofOutput index: Int = 0) -> Shape { builder.shape(outputID(index)) }

    /// The rows of an input; nil when it has none, such as a parameter.
    package func axis(ofInput index: Int) throws(GraphError) -> BatchAxis? { try builder.axis(inputID(index)) }

    /// The rows of an output.
    package func axis(ofOutput index: Int = 0) throws(GraphError) -> BatchAxis {
        guard let axis = try builder.axis(outputID(index)) else {
            throw .unsupported("\(node.op.name) of parameters alone cannot be trained")
        }
        return axis
    }

    /// The elements of an input.
    package func input(_ index: Int) -> TrainingBuffer { builder.buffer(inputID(index), at: position) }

    /// The elements of an output.
    package func output(_ index: Int = 0) -> TrainingBuffer { builder.buffer(outputID(index), at: position) }

    /// Whether input `index` is a parameter.
    package func isParameter(_ index: Int) -> Bool { builder.graph[inputID(index)].isParameter }

    /// The elements of an input that training does not change and that is known; nil otherwise.
    package func constant(_ index: Int) -> Tensor? {
        guard hasInput(index), !isParameter(index) else { return nil }
        return value(index).constant
    }

    /// Memory of the node that lives from its forward to its backward steps.
    package func saved(floats: Int) -> TrainingBuffer { builder.saved(floats: floats, node: position) }

    /// Memory that the node's preparation writes.
    package func prepared(floats: Int) -> TrainingBuffer { builder.prepared(floats: floats) }

    /// Memory for one step of one thread.
    package func scratch(floats: Int) -> TrainingBuffer { builder.scratch(floats: floats, at: position) }

    /// Adds a step before the forward steps of all nodes, for what depends on parameters only; may run beside others
    /// of its kind. It writes `prepared` memory.
    package func addPreparation(_ body: @escaping @Sendable (_ operands: TrainingOperands) -> Void) {
        builder.preparations.append(TrainingStep(name: node.op.name, kind: .once, body: body))
    }

    /// Adds a step that computes rows of the outputs.
    package func addForward(_ body: @escaping @Sendable (_ operands: TrainingOperands) -> Void) {
        builder.forward.append(TrainingStep(name: node.op.name, kind: .rows, body: body))
    }

    /// Adds a step that computes something from all rows.
    package func addForwardOnce(_ body: @escaping @Sendable (_ operands: TrainingOperands) -> Void) {
        builder.forward.append(TrainingStep(name: node.op.name, kind: .once, body: body))
    }

    /// Leaves what adds the backward steps. It is called only when some gradient is wanted.
    package func onBackward(_ lower: @escaping (_ context: BackwardContext) throws(GraphError) -> Void) {
        builder.backwards[position] = lower
    }

    /// Output 0 is input 0 under another shape.
    package func alias() {
        builder.alias(outputID(0), of: inputID(0))
        onBackward { context throws(GraphError) in context.passGradientOn() }
    }

    func inputID(_ index: Int) -> Graph.ValueID {
        guard let id = node.inputs[index] else { preconditionFailure("input \(index) is left out") }
        return id
    }

    func outputID(_ index: Int) -> Graph.ValueID {
        guard let id = node.outputs[index] else { preconditionFailure("output \(index) is not wanted") }
        return id
    }
}

/// What an operator sees when it adds the steps of its gradient; nodes do so from the last to the first.
package struct BackwardContext {
    let builder: TrainingBuilder
    let node: Graph.Node
    /// The place of the node's backward steps in the order of all steps.
    let position: Int

    /// The elements of an input, which are kept for the backward steps.
    package func input(_ index: Int) -> TrainingBuffer {
        guard let id = node.inputs[index] else { preconditionFailure("input \(index) is left out") }
        return builder.buffer(id, at: position)
    }

    /// The elements of an output, which are kept for the backward steps.
    package func output(_ index: Int = 0) -> TrainingBuffer {
        guard let id = node.outputs[index] else { preconditionFailure("output \(index) is not wanted") }
        return builder.buffer(id, at: position)
    }

    /// Keeps memory from `TrainingContext.saved` for the backward steps.
    package func keep(_ buffer: TrainingBuffer) -> TrainingBuffer {
        builder.touch(buffer, at: position)
        return buffer
    }

    /// Memory for one step of one thread.
    package func scratch(floats: Int) -> TrainingBuffer { builder.scratch(floats: floats, at: position) }

    /// The gradient of an output; nil when nothing depends on that output.
    package func gradient(ofOutput index: Int = 0) -> TrainingBuffer? {
        guard index < node.outputs.count, let id = node.outputs[index] else { return nil }
        return builder.existingGradient(id, at: position)
    }

    /// Where the gradient of an input goes, to be written whole; nil when it is not wanted or is a parameter's.
    package func gradient(ofInput index: Int) -> TrainingBuffer? {
        guard index < node.inputs.count, let id = node.inputs[index], builder.needsGradient(id),
            !builder.graph[id].isParameter
        else { return nil }
        return builder.newGradient(id, at: position)
    }

    /// The gradient of a parameter, to be added to, of this thread; nil when the parameter is frozen.
    package func gradient(ofParameter index: Int) -> TrainingBuffer? {
        guard index < node.inputs.count, let id = node.inputs[index], builder.graph[id].isParameter else { return nil }
        return builder.parameterGradient(id)
    }

    /// Adds a step for rows of the batch.
    package func add(_ body: @escaping @Sendable (_ operands: TrainingOperands) -> Void) {
        builder.backward.append(TrainingStep(name: node.op.name, kind: .rows, body: body))
    }

    /// Adds a step that computes something from all rows.
    package func addOnce(_ body: @escaping @Sendable (_ operands: TrainingOperands) -> Void) {
        builder.backward.append(TrainingStep(name: node.op.name, kind: .once, body: body))
    }

    /// The gradient of input 0 is that of output 0.
    func passGradientOn() {
        guard let id = node.inputs[0], let output = node.outputs[0], builder.needsGradient(id) else { return }
        builder.aliasGradient(of: id, with: output, at: position)
    }
}
