/// Normalisation over an image and some of its channels.
protocol ChannelNormalization: NormalizationOperator {
    var layout: Layout { get set }
}

extension ChannelNormalization {
    func loops(_ sizes: [Int], groups: Int, scalesGroups: Bool) throws(GraphError) -> NormalizationLoops {
        guard sizes.count >= 2, sizes[layout.channelAxis(rank: sizes.count)] % groups == 0 else {
            throw .input(0, expected: "channels that \(groups) divides", found: "\(sizes)")
        }
        let channels = sizes[layout.channelAxis(rank: sizes.count)]
        let pixels = sizes[layout.spatialAxes(rank: sizes.count)].reduce(1, *)
        let isFirst = layout == .channelsFirst
        let width = channels / groups * (isFirst ? pixels : 1)
        return NormalizationLoops(
            blocks: sizes[0], rows: isFirst ? 1 : pixels, groups: groups, width: width,
            shared: scalesGroups ? width : isFirst ? pixels : 1, epsilon: epsilon, isRootMeanSquare: false)
    }
}
