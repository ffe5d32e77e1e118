import Tensors

/// Where an image's channels stand. Files and frameworks differ; the kernels want them last.
package enum Layout: Sendable {
    /// [batch, channels, …spatial]
    case channelsFirst
    /// [batch, …spatial, channels]
    case channelsLast

    /// The axis of the channels in a value of `rank` dimensions.
    func channelAxis(rank: Int) -> Int { self == .channelsFirst ? 1 : rank - 1 }

    /// The axes of the spatial dimensions in a value of `rank` dimensions.
    func spatialAxes(rank: Int) -> Range<Int> { self == .channelsFirst ? 2..<rank : 1..<(rank - 1) }

    /// The axes of so many spatial dimensions; with the channels last, more dimensions may stand before them.
    func spatialAxes(rank: Int, count: Int) throws(GraphError) -> Range<Int> {
        guard rank == count + 2 || (self == .channelsLast && rank > count + 2) else {
            throw .input(0, expected: "rank \(count + 2)", found: "rank \(rank)")
        }
        return self == .channelsFirst ? 2..<rank : (rank - 1 - count)..<(rank - 1)
    }

    /// The permutation that takes a value from channels first to channels last.
    static func toChannelsLast(rank: Int) -> [Int] { [0] + Array(2..<rank) + [1] }

    /// The permutation that takes a value from channels last to channels first.
    static func toChannelsFirst(rank: Int) -> [Int] { [0, rank - 1] + Array(1..<(rank - 1)) }
}

/// An operator on images, which a pass turns to channels last.
protocol ImageOperator: InternalOperator {
    var layout: Layout { get set }
}
