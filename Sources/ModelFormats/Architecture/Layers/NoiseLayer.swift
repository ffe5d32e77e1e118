import Graphs
import JSON

/// `Dropout` and its kin: training sets a share of the elements to 0 and scales the rest up, or adds other noise; serving
/// hands its input on.
struct NoiseLayer: Layer {
    let noise: Dropout.Noise
    /// The share, or the deviation of `GaussianNoise`.
    let amount: Double
    /// The axes along which all elements share one random number, the batch counted as 0.
    let sharedAxes: [Int]
    /// The dimensions of a sample that the layer wants; nil for any.
    let rank: Int?
    let keepsSteps = true

    /// Reads `Dropout`, `GaussianDropout` and `AlphaDropout`, which have a `rate`, and `GaussianNoise`.
    init(_ fields: inout JSONFields, _ noise: Dropout.Noise) throws(FieldError) {
        (self.noise, rank) = (noise, nil)
        if noise == .gaussianNoise {
            amount = try fields.required("stddev", try fields.number("stddev", in: 0...1e6))
        } else {
            amount = try fields.required("rate", try fields.number("rate", in: 0...0.999))
        }
        var shared: [Int] = []
        if noise == .dropout || noise == .alphaDropout, let shape = try fields.array("noise_shape") {
            shared = shape.indices.filter { shape[$0].int == 1 }
            guard shape.indices.allSatisfy({ shape[$0] == .null || (shape[$0].int == 1 && $0 > 0) }) else {
                throw fields.error("noise_shape", "null, or 1 after the batch, for each dimension", .array(shape))
            }
        }
        sharedAxes = shared
        _ = fields.value("seed")
    }

    /// Reads `SpatialDropout1D` and so on, which drop whole channels.
    init(_ fields: inout JSONFields, spatialRank: Int) throws(FieldError) {
        noise = .dropout
        amount = try fields.required("rate", try fields.number("rate", in: 0...0.999))
        (sharedAxes, rank) = (Array(1...spatialRank), spatialRank + 1)
        _ = fields.value("seed")
    }

    var members: [JSONMember] {
        var members = [JSONMember(noise == .gaussianNoise ? "stddev" : "rate", .number(amount))]
        if rank == nil, let last = sharedAxes.last {
            let shape = (0...last).map { sharedAxes.contains($0) ? JSONValue.integer(1) : .null }
            members.append(JSONMember("noise_shape", .array(shape)))
        }
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        guard let rank else { return LayerPlan(output: try context.input()) }
        return LayerPlan(output: try context.input(rank: rank, "\(rank) dimensions, channels last"))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        graph.apply1(Dropout(ratio: Float(amount), noise: noise, sharedAxes: sharedAxes), [graph.input])
    }
}
