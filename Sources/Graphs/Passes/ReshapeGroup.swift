/// Dimensions of a reshape's input that become dimensions of its output, independently of all others.
struct ReshapeGroup: Equatable {
    /// Never of size 1.
    var inputAxes: [Int]
    var outputAxes: [Int]

    /// The finest grouping; nil when the dimensions cannot be matched, or all are of size 1.
    static func groups(from input: [Dimension], to output: [Dimension]) -> [ReshapeGroup]? {
        var groups = [ReshapeGroup]()
        var (i, o) = (0, 0)
        var leadingOnes = [Int]()
        while true {
            while i < input.count, input[i] == 1 { i += 1 }
            while o < output.count, output[o] == 1 {
                if groups.isEmpty { leadingOnes.append(o) } else { groups[groups.count - 1].outputAxes.append(o) }
                o += 1
            }
            guard i < input.count, o < output.count else { break }
            var group = ReshapeGroup(inputAxes: [i], outputAxes: [o])
            var (left, right) = (input[i], output[o])
            (i, o) = (i + 1, o + 1)
            while left != right {
                // The smaller side takes one more dimension.
                if isSmaller(right, left), o < output.count {
                    if output[o] != 1 { right = right * output[o] }
                    group.outputAxes.append(o)
                    o += 1
                } else if isSmaller(left, right), i < input.count {
                    if input[i] != 1 {
                        left = left * input[i]
                        group.inputAxes.append(i)
                    }
                    i += 1
                } else {
                    return nil
                }
            }
            groups.append(group)
        }
        guard i == input.count, o == output.count, !groups.isEmpty else { return nil }
        groups[0].outputAxes = leadingOnes + groups[0].outputAxes
        return groups
    }

    /// Whether `a` is certain to be the smaller of two different sizes.
    private static func isSmaller(_ a: Dimension, _ b: Dimension) -> Bool {
        if let a = a.fixedValue, let b = b.fixedValue { return a < b }
        return b.dividedExactly(by: a) != nil
    }
}
