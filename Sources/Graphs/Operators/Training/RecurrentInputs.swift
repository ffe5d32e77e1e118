/// The inputs of a recurrent operator that training needs.
enum RecurrentInputs {
    /// The indices of the inputs without those that change nothing: lengths (input 4) that are all steps, and initial
    /// states of zero, where a sequence starts anyhow. nil when there are none of those.
    static func kept(
        _ inputs: InferenceInputs, states: [Int], layout: RecurrentLayout
    ) throws(GraphError) -> [Int?]? {
        let steps = try inputs.type(0, rank: 3).dimensions[layout == .timeFirst ? 0 : 1]
        var dropped = states.filter { inputs.has($0) && inputs.splat($0) == 0 }
        if inputs.has(4), try !SequenceLength.matters(inputs, 4, steps: steps) { dropped.append(4) }
        guard !dropped.isEmpty else { return nil }
        return (0..<inputs.count).map { dropped.contains($0) ? nil : $0 }
    }
}
