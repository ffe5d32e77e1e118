import Graphs
import JSON
import Tensors

/// `LSTM`, `GRU` and `SimpleRNN` over [steps, features], in one or both directions, `num_layers` on each other; and Keras's
/// `RNN` over cells.
///
/// With `return_state` the last states are further results. More inputs are the states before the first step.
struct RecurrentLayer: Layer {
    /// What makes the layer's cells, as its document has it.
    enum Form: Sendable, Equatable {
        case layer
        /// `RNN` over one cell or a list of cells.
        case cells(isList: Bool)
    }

    let form: Form
    let cells: [RecurrentCellSettings]
    let returnsSequences, returnsState, goesBackwards: Bool
    let isBidirectional: Bool
    /// Whether outputs are 0 where a step does not count instead of those of the step before; nil for the usual.
    let zeroesMaskedOutput: Bool?
    /// What PyTorch's training drops between one level and the next.
    let dropout: Double

    /// Reads one of the layers.
    init(_ fields: inout JSONFields, _ kind: RecurrentKind) throws(FieldError) {
        let cell = try RecurrentCellSettings(&fields, kind)
        let count = try fields.integer("num_layers", in: 1...64) ?? 1
        cells = [RecurrentCellSettings](repeating: cell, count: count)
        (form, dropout) = (.layer, cell.dropout)
        (returnsSequences, returnsState, goesBackwards, isBidirectional, zeroesMaskedOutput) = try Self.common(&fields)
    }

    /// Reads `RNN` with its `cell`, or with a `StackedRNNCells` or a list of cells.
    init(cells fields: inout JSONFields) throws(FieldError) {
        var list: [JSONValue] = []
        var path = fields.path(of: "cell")
        let value = fields.value("cell") ?? .null
        var isList = true
        if let array = value.array {
            list = array
        } else {
            var cell = try JSONFields(value, path: path)
            if try cell.string("type") == "StackedRNNCells" {
                list = try cell.required("cells", try cell.array("cells"))
                try cell.finish()
                path += ".cells"
            } else {
                (list, isList) = ([value], false)
            }
        }
        guard (1...64).contains(list.count) else {
            throw FieldError(path: path, expected: "1 to 64 cells", found: "\(list.count)")
        }
        var cells: [RecurrentCellSettings] = []
        for (index, value) in list.enumerated() {
            var fields = try JSONFields(value, path: isList ? "\(path)[\(index)]" : path)
            let type = try fields.required("type", try fields.string("type"))
            guard let kind = RecurrentCellSettings.kind(named: type, suffix: "Cell") else {
                throw fields.error("type", "\"GRUCell\", \"LSTMCell\" or \"SimpleRNNCell\"", .string(type))
            }
            cells.append(try RecurrentCellSettings(&fields, kind))
            _ = try fields.string("name")
            try fields.finish()
        }
        self.cells = cells
        (form, dropout) = (.cells(isList: isList), 0)
        (returnsSequences, returnsState, goesBackwards, isBidirectional, zeroesMaskedOutput) = try Self.common(&fields)
    }

    private static func common(
        _ fields: inout JSONFields
    ) throws(FieldError) -> (sequences: Bool, state: Bool, backwards: Bool, bidirectional: Bool, zeroes: Bool?) {
        // Every request starts with states of zero, and how steps are computed is not the layer's to say.
        for name in ["stateful", "unroll"] { _ = try fields.bool(name) }
        if try fields.bool("time_major") == true { throw fields.error("time_major", "false", .bool(true)) }
        return (
            try fields.bool("return_sequences") ?? false, try fields.bool("return_state") ?? false,
            try fields.bool("go_backwards") ?? false, try fields.bool("bidirectional") ?? false,
            try fields.bool("zero_output_for_mask")
        )
    }

    var keepsSteps: Bool { returnsSequences }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        switch form {
        case .layer:
            members += cells[0].members
            if cells.count > 1 { members.append(JSONMember("num_layers", .integer(cells.count))) }
        case .cells(let isList):
            let list = cells.map { cell in
                JSONValue.object([JSONMember("type", .string("\(cell.kind.layerName)Cell"))] + cell.members)
            }
            let stack: JSONValue = ["type": "StackedRNNCells", "cells": .array(list)]
            members.append(JSONMember("cell", isList ? stack : list[0]))
        }
        members.append("return_sequences", returnsSequences, unless: false)
        members.append("return_state", returnsState, unless: false)
        members.append("go_backwards", goesBackwards, unless: false)
        members.append("bidirectional", isBidirectional, unless: false)
        if let zeroesMaskedOutput { members.append(JSONMember("zero_output_for_mask", .bool(zeroesMaskedOutput))) }
        return members
    }

    private var stack: RecurrentStack {
        RecurrentStack(
            cells: cells, directions: isBidirectional ? .both : goesBackwards ? .reverse : .forward,
            returnsSequences: returnsSequences, returnsState: returnsState, dropout: cells.count > 1 ? dropout : 0)
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        guard !isBidirectional || !goesBackwards else {
            throw FieldError(
                path: "\(context.path).go_backwards", expected: "false, as bidirectional is true", found: "true")
        }
        if form != .layer, isBidirectional {
            throw FieldError(
                path: "\(context.path).bidirectional", expected: "false, or a Bidirectional layer around it",
                found: "true")
        }
        var plan = LayerPlan(output: [])
        let input = try stack.add(to: &plan, context, states: Array(context.inputs.dropFirst()))
        plan.output = returnsSequences ? [input.sizes[0], stack.width] : [stack.width]
        plan.others = returnsState ? stack.stateShapes : []
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let zeroes = zeroesMaskedOutput ?? (isBidirectional || graph.convention == .pytorch)
        let results = try stack.add(
            to: &graph, states: Array(graph.inputs.dropFirst()), zeroesMaskedOutput: zeroes)
        graph.others = results.states
        // Keras hands on what it walked first in the first place.
        return returnsSequences && goesBackwards ? graph.reversedSteps(results.output) : results.output
    }
}
