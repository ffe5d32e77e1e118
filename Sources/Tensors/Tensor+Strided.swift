extension Tensor {
    /// Makes a float32 tensor of parts that stand elsewhere, one after another.
    package init(shape: Shape, scattered parts: [StridedFloats]) {
        let elements = ScatteredElements(parts)
        precondition(elements.count == shape.elementCount, "the parts do not fit the shape")
        self.init(shape: shape, elements: elements)
    }

    /// The elements of a float32 tensor in equal parts, each an array [columns, channels, taps], in place if that can be.
    /// - Parameters:
    ///   - partCount: How many.
    ///   - channels: Of each part.
    ///   - taps: Of each part.
    /// - Returns: The parts.
    package func strided(parts partCount: Int = 1, channels: Int, taps: Int = 1) -> [StridedFloats] {
        precondition(dtype == .float32, "strided floats of a \(dtype) tensor")
        let width = channels * taps
        let columns = width > 0 ? elementCount / partCount / width : 0
        precondition(partCount * columns * width == elementCount, "the parts do not fit the shape")
        if let parts = scattered?.parts {
            if let found = Self.parts(parts, count: partCount, columns: columns, channels: channels, taps: taps) {
                return found
            }
            if parts.count == 1, parts[0].isPlain {
                return unsafe plainParts(parts[0].base, partCount, columns, channels, taps, parts[0].owner)
            }
        }
        let storage = storage
        return unsafe plainParts(storage.base, partCount, columns, channels, taps, storage.mapping ?? storage)
    }

    private static func parts(
        _ parts: [StridedFloats], count: Int, columns: Int, channels: Int, taps: Int
    ) -> [StridedFloats]? {
        let isWhole = parts.count == 1 && parts[0].columns == count * columns
        let parts = isWhole ? parts[0].reordered(Array(0..<count)) : parts
        guard parts.count == count else { return nil }
        var result: [StridedFloats] = []
        for part in parts {
            if part.columns == columns, part.channels == channels, part.taps == taps {
                result.append(part)
            } else if part.columns == columns, part.taps <= 1, part.channels == channels * taps {
                result.append(part.split(channels: channels, taps: taps))
            } else {
                return nil
            }
        }
        return result
    }

    private func plainParts(
        _ base: UnsafeRawPointer, _ partCount: Int, _ columns: Int, _ channels: Int, _ taps: Int,
        _ owner: any AnyObject & Sendable
    ) -> [StridedFloats] {
        let size = columns * channels * taps
        return (0..<partCount).map { index in
            unsafe StridedFloats(
                plain: base + 4 * index * size, columns: columns, channels: channels, taps: taps, owner: owner)
        }
    }
}
