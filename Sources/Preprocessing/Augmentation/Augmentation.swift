package import JSON
package import Tensors

/// Changes that training samples go through at random, so that a model does not depend on them. Validation, testing and
/// serving leave samples as they are.
///
///     {"flip": "horizontal", "rotate": 10, "shift": 0.1, "cutout": 0.25, "noise": 0.05}
///
/// They are done in this order. All but noise are for images [height, width, channels].
package struct Augmentation: Sendable, Equatable {
    /// Along which axes an image may be mirrored, each half of the time.
    package enum Flip: String, Sendable, CaseIterable {
        /// Left becomes right.
        case horizontal
        /// Top becomes bottom.
        case vertical
        case both
    }

    package let flip: Flip?
    /// Degrees by which an image is turned at most, either way.
    package let rotate: Float
    /// Fractions of height and width by which an image is moved at most, either way.
    package let shift: Float
    /// The sides of a rectangle that is set to 0, as fractions of height and width.
    package let cutout: Float
    /// The deviation of the normal noise that is added to every number.
    package let noise: Float

    /// Reads the `augmentation` of a request; paths in errors start inside of it.
    package init(json: JSONValue) throws(FieldError) {
        var fields = try JSONFields(json)
        flip = try fields.choice("flip", of: Flip.self)
        rotate = Float(try fields.number("rotate", in: 0...180) ?? 0)
        shift = Float(try fields.number("shift", in: 0...1) ?? 0)
        cutout = Float(try fields.number("cutout", in: 0...1) ?? 0)
        noise = Float(try fields.number("noise", in: 0...1e6) ?? 0)
        try fields.finish()
    }

    /// As a request has it.
    package var json: JSONValue {
        var members: [JSONMember] = []
        if let flip { members.append(JSONMember("flip", .string(flip.rawValue))) }
        for (name, value) in [("rotate", rotate), ("shift", shift), ("cutout", cutout), ("noise", noise)]
        where value > 0 {
            members.append(JSONMember(name, .number(Double(value))))
        }
        return .object(members)
    }

    /// Refuses samples that it cannot be applied to.
    package func check(shape: [Int]) throws(FieldError) {
        guard shape.count != 3, flip != nil || rotate > 0 || shift > 0 || cutout > 0 else { return }
        throw FieldError(
            path: "augmentation", expected: "noise only, for samples that are no images [height, width, channels]",
            found: "more, for samples of shape \(shape)")
    }

    /// Changes a sample in place. The same random numbers are taken whatever they decide.
    package func apply(
        to sample: UnsafeMutablePointer<Float>, shape: [Int], using random: inout RandomSource
    ) {
        let count = shape.reduce(1, *)
        if shape.count == 3 {
            let geometry = AugmentedGeometry(self, height: shape[0], width: shape[1], using: &random)
            if geometry.isIdentity == false {
                let image = unsafe Array(UnsafeBufferPointer(start: sample, count: count))
                unsafe geometry.draw(image, channels: shape[2], into: sample)
            }
            if cutout > 0 { unsafe cut(sample, shape, using: &random) }
        }
        guard noise > 0 else { return }
        for index in 0..<count { unsafe sample[index] += noise * Float(random.normal()) }
    }

    /// Sets a rectangle to 0 whose centre lies anywhere in the image.
    private func cut(_ sample: UnsafeMutablePointer<Float>, _ shape: [Int], using random: inout RandomSource) {
        let rows = Self.range(shape[0], cutout, random.uniform())
        let columns = Self.range(shape[1], cutout, random.uniform())
        for row in rows {
            let start = (row * shape[1] + columns.lowerBound) * shape[2]
            for place in start..<(start + columns.count * shape[2]) { unsafe sample[place] = 0 }
        }
    }

    private static func range(_ size: Int, _ fraction: Float, _ place: Float) -> Range<Int> {
        let length = Int((fraction * Float(size)).rounded())
        let start = Int(place * Float(size)) - length / 2
        return max(start, 0)..<max(min(start + length, size), max(start, 0))
    }
}
