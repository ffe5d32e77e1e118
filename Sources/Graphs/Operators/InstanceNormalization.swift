/// Normalisation of each channel over the image (Ulyanov et al. 2016), with a scale and a shift for each.
package struct InstanceNormalization: ChannelNormalization {
    package static let name = "InstanceNormalization"
    package let epsilon: Float
    package var layout = Layout.channelsFirst

    package init(attributes: Attributes) throws(GraphError) { epsilon = try attributes.float("epsilon") ?? 1e-5 }

    func loops(_ sizes: [Int]) throws(GraphError) -> NormalizationLoops {
        let channels = sizes.count < 2 ? 1 : sizes[layout.channelAxis(rank: sizes.count)]
        return try loops(sizes, groups: channels, scalesGroups: false)
    }
}
