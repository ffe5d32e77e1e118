import Tensors

/// What a model does with the numbers of an input, as far as that limits them.
package enum InputRole: Sendable, Equatable {
    /// Any numbers.
    case numbers
    /// Whole numbers that pick one of so many rows of a table.
    case indices(count: Int)
    /// How many steps of each sequence count, from 1.
    case lengths
}

extension Graph {
    /// The role of each input, for making numbers that the model takes.
    package var inputRoles: [InputRole] { roles(ofParts: true) }

    /// How many rows the table has that each input's numbers pick from, all of them; nil for other inputs.
    package var tableRows: [Int?] {
        roles(ofParts: false).map { if case .indices(let count) = $0 { count } else { nil } }
    }

    /// - Parameter ofParts: Whether the role of a part of an input is that of the input.
    /// - Returns: One for each input.
    private func roles(ofParts: Bool) -> [InputRole] {
        var uses: [ValueID: [(node: Int, place: Int)]] = [:]
        for (index, node) in nodes.enumerated() {
            for (place, id) in node.inputs.enumerated() {
                if let id { uses[id, default: []].append((index, place)) }
            }
        }
        return inputs.map { role(of: $0, uses, ofParts: ofParts) }
    }

    private func role(
        of input: ValueID, _ uses: [ValueID: [(node: Int, place: Int)]], ofParts: Bool
    ) -> InputRole {
        var (seen, open, count) = (Set([input]), [input], Int?.none)
        while let value = open.popLast() {
            for (index, place) in uses[value] ?? [] {
                let node = nodes[index]
                switch node.op {
                case is LSTM where place == 4, is any HiddenStateOperator where place == 4,
                    is SequenceMask where place == 0:
                    return .lengths
                case let gather as Gather where place == 1:
                    guard let table = node.inputs[0].flatMap({ self[$0].constant?.shape }), gather.axis == 0 else {
                        continue
                    }
                    count = min(count ?? .max, table[0])
                case is Cast, is Identity, is Transpose, is Slice, is Reshape, is any ReshapingOperator:
                    guard place == 0, ofParts || !(node.op is Slice) else { continue }
                    for id in node.outputs.compactMap(\.self) where seen.insert(id).inserted { open.append(id) }
                default: continue
                }
            }
        }
        return count.map { .indices(count: $0) } ?? .numbers
    }
}
