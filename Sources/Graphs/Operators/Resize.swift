/// Another size by interpolation (ONNX since opset 10).
package struct Resize: ResizeOperator {
    enum Mode: String, CaseIterable { case nearest, linear, cubic }

    package static let name = "Resize"
    let mode: Mode
    let coordinates: ResizeAxis.Coordinates
    let rounding: ResizeAxis.Rounding
    let cubicSlope: Float
    let excludesOutside: Bool
    let axes: [Int]?
    let factorInput: Int?
    let sizeInput: Int?
    let factors: [Float]? = nil

    package init(attributes: Attributes) throws(GraphError) {
        mode = try attributes.choice("mode") ?? .nearest
        let isOld = attributes.opset < 11
        coordinates = try attributes.choice("coordinate_transformation_mode") ?? (isOld ? .asymmetric : .halfPixel)
        rounding = try attributes.choice("nearest_mode") ?? (isOld ? .floor : .preferFloor)
        cubicSlope = try attributes.float("cubic_coeff_a") ?? -0.75
        excludesOutside = try attributes.flag("exclude_outside")
        axes = try attributes.ints("axes")
        guard try !attributes.flag("antialias") else { throw .attribute("antialias", expected: "0", found: "1") }
        let policy = try attributes.string("keep_aspect_ratio_policy") ?? "stretch"
        guard policy == "stretch" else {
            throw .attribute("keep_aspect_ratio_policy", expected: "stretch", found: policy)
        }
        factorInput = isOld ? 1 : 2
        sizeInput = isOld ? nil : 3
    }

    func resizing(_ axes: [ResizeAxis]) -> any Operator {
        switch mode {
        case .nearest: NearestResize(axes: axes, coordinates: coordinates, rounding: rounding)
        case .linear: InterpolatingResize(axes: axes, coordinates: coordinates, kind: .linear)
        case .cubic:
            InterpolatingResize(
                axes: axes, coordinates: coordinates, kind: .cubic(a: cubicSlope, excludesOutside: excludesOutside))
        }
    }
}

extension Attributes {
    /// A string that is one of a few; nil when left out.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type = Choice.self
    ) throws(GraphError) -> Choice? where Choice.RawValue == String {
        guard let string = try string(name) else { return nil }
        guard let choice = Choice(rawValue: string) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .attribute(name, expected: "one of \(all)", found: string)
        }
        return choice
    }
}
