/// An image as its file holds it.
package struct DecodedImage: Sendable, Equatable {
    package let height: Int
    package let width: Int
    /// 1 (grey) or 3 (red, green, blue).
    package let channels: Int
    /// [height, width, channels]
    package var pixels: [UInt8]

    /// The pixels [height, width, channels] as numbers 0...255, in another size and number of channels: grey from
    /// colours by their luma, colours from grey by repetition.
    func numbers(height: Int, width: Int, channels: Int) -> [Float] {
        let numbers = Resampling.resize(
            pixels, shape: [self.height, self.width, self.channels], height: height, width: width
        ) { Float($0) }
        if channels < self.channels { return Resampling.grayscale(numbers) }
        return channels > self.channels ? numbers.flatMap { [$0, $0, $0] } : numbers
    }
}
