/// Another size by interpolation, as models before opset 10 have it.
package struct Upsample: ResizeOperator {
    enum Mode: String, CaseIterable { case nearest, linear }

    package static let name = "Upsample"
    let mode: Mode
    let axes: [Int]? = nil
    let factorInput: Int? = 1
    let sizeInput: Int? = nil
    let factors: [Float]?

    package init(attributes: Attributes) throws(GraphError) {
        mode = try attributes.choice("mode") ?? .nearest
        factors = try attributes.floats("scales")
    }

    func resizing(_ axes: [ResizeAxis]) -> any Operator {
        mode == .nearest
            ? NearestResize(axes: axes, coordinates: .asymmetric, rounding: .floor)
            : InterpolatingResize(axes: axes, coordinates: .asymmetric, kind: .linear)
    }
}
