import Graphs
import JSON

/// The window that a convolution or a pooling moves over one to three dimensions.
struct LayerWindow: Sendable {
    enum Padding: Sendable, Equatable {
        case valid
        /// As many results as ⌈size / stride⌉, with more padding after than before.
        case same
        /// All of it before, for one dimension: no step sees a later one.
        case causal
        /// So many on both sides of each dimension, as PyTorch has it.
        case explicit([Int])
    }

    let size: [Int]
    let strides: [Int]
    let dilation: [Int]
    let padding: Padding

    var rank: Int { size.count }

    /// Reads the window of a convolution.
    init(convolution fields: inout JSONFields, rank: Int) throws(FieldError) {
        size = try fields.required("kernel_size", try fields.sizes("kernel_size", rank: rank))
        strides = try fields.sizes("strides", rank: rank) ?? [Int](repeating: 1, count: rank)
        dilation = try fields.sizes("dilation_rate", rank: rank) ?? [Int](repeating: 1, count: rank)
        padding = try Self.padding(&fields, rank: rank, allowsCausal: rank == 1)
    }

    /// Reads the window of a pooling, which moves by its own size unless told otherwise.
    init(pooling fields: inout JSONFields, rank: Int) throws(FieldError) {
        size = try fields.sizes("pool_size", rank: rank) ?? [Int](repeating: 2, count: rank)
        strides = try fields.sizes("strides", rank: rank) ?? size
        dilation = [Int](repeating: 1, count: rank)
        padding = try Self.padding(&fields, rank: rank, allowsCausal: false)
        if case .explicit(let pads) = padding, let axis = pads.indices.first(where: { pads[$0] * 2 > size[$0] }) {
            throw fields.error("padding", "at most half of pool_size \(size)", .integer(pads[axis]))
        }
    }

    private static func padding(
        _ fields: inout JSONFields, rank: Int, allowsCausal: Bool
    ) throws(FieldError) -> Padding {
        guard let value = fields.value("padding") else { return .valid }
        switch value.string {
        case "valid": return .valid
        case "same": return .same
        case "causal" where allowsCausal: return .causal
        case .some:
            let words = "\"valid\", \"same\"" + (allowsCausal ? ", \"causal\"" : "")
            throw fields.error("padding", words + " or numbers", value)
        case nil: return .explicit(try fields.sizes("padding", rank: rank, from: 0) ?? [])
        }
    }

    /// The window as settings; `name` is `kernel_size` or `pool_size`.
    func members(_ name: String) -> [JSONMember] {
        var members: [JSONMember] = []
        members.append(name, size)
        members.append("strides", strides)
        switch padding {
        case .valid: break
        case .same: members.append("padding", "same")
        case .causal: members.append("padding", "causal")
        case .explicit(let pads): members.append("padding", pads)
        }
        if dilation.contains(where: { $0 != 1 }) { members.append("dilation_rate", dilation) }
        return members
    }

    /// Padding before and after one dimension; nil when it depends on a size that is free.
    private func pads(_ input: Int?, _ axis: Int) -> (before: Int, after: Int)? {
        let reach = dilation[axis] * (size[axis] - 1) + 1
        switch padding {
        case .valid: return (0, 0)
        case .causal: return (reach - 1, 0)
        case .explicit(let pads): return (pads[axis], pads[axis])
        case .same:
            if strides[axis] == 1 { return ((reach - 1) / 2, reach - 1 - (reach - 1) / 2) }
            guard let input else { return nil }
            let output = (input + strides[axis] - 1) / strides[axis]
            let total = max(0, (output - 1) * strides[axis] + reach - input)
            return (total / 2, total - total / 2)
        }
    }

    /// The sizes of the result.
    func outputs(_ inputs: [Int?], _ context: LayerContext) throws(FieldError) -> [Int?] {
        var outputs: [Int?] = []
        for (axis, input) in inputs.enumerated() {
            guard let pads = pads(input, axis) else {
                throw FieldError(
                    path: "\(context.path).padding", expected: "numbers, as a size of the input is free",
                    found: "\"same\" with strides")
            }
            guard let input else {
                outputs.append(nil)
                continue
            }
            let room = input + pads.before + pads.after - dilation[axis] * (size[axis] - 1) - 1
            guard room >= 0 else { throw context.mismatch("what the window \(size) fits", SampleShape(inputs)) }
            outputs.append(room / strides[axis] + 1)
        }
        return outputs
    }

    /// The attributes of the operator for an input of these sizes, whose result `outputs` took.
    func attributes(_ inputs: [Int?]) -> [String: AttributeValue] {
        let pads = inputs.enumerated().map { self.pads($1, $0) ?? (before: 0, after: 0) }
        var attributes: [String: AttributeValue] = [
            "kernel_shape": .ints(size), "strides": .ints(strides),
            "pads": .ints(pads.map(\.before) + pads.map(\.after)),
        ]
        if dilation.contains(where: { $0 != 1 }) { attributes["dilations"] = .ints(dilation) }
        return attributes
    }
}
