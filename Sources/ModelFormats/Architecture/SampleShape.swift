/// The sizes of one sample, without the batch; nil for a size that differs from request to request, such as time.
package struct SampleShape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
    package let sizes: [Int?]

    package init(_ sizes: [Int?]) { self.sizes = sizes }

    /// A shape without free sizes.
    package init(_ sizes: [Int]) { self.sizes = sizes.map { $0 } }

    package init(arrayLiteral elements: Int?...) { sizes = elements }

    package var rank: Int { sizes.count }

    /// The elements of a sample; nil when a size is free. Sizes are bounded so that this does not overflow.
    package var elementCount: Int? {
        sizes.reduce(Optional(1)) { product, size in
            guard let product, let size else { return nil }
            return product * size
        }
    }

    package var description: String {
        "[" + sizes.map { $0.map(String.init) ?? "null" }.joined(separator: ", ") + "]"
    }
}
