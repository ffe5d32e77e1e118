/// Normalisation over an image and groups of its channels (Wu & He 2018), with a scale and a shift for each channel;
/// models of opset 18 to 20 have one for each group.
package struct GroupNormalization: ChannelNormalization {
    package static let name = "GroupNormalization"
    package let groups: Int
    package let epsilon: Float
    package var layout = Layout.channelsFirst
    let scalesGroups: Bool

    package init(attributes: Attributes) throws(GraphError) {
        groups = try attributes.int("num_groups") ?? 0
        guard groups >= 1 else { throw .attribute("num_groups", expected: "at least 1", found: "\(groups)") }
        epsilon = try attributes.float("epsilon") ?? 1e-5
        scalesGroups = attributes.opset < 21
    }

    /// With a scale and a shift for each channel.
    package init(groups: Int, epsilon: Float, layout: Layout) {
        (self.groups, self.epsilon, self.layout, scalesGroups) = (groups, epsilon, layout, false)
    }

    func loops(_ sizes: [Int]) throws(GraphError) -> NormalizationLoops {
        try loops(sizes, groups: groups, scalesGroups: scalesGroups)
    }
}
