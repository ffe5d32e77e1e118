/// An image as its file holds it.
package struct DecodedImage: Sendable, Equatable {
    package let height: Int
    package let width: Int
    /// 1 (grey) or 3 (red, green, blue).
    package let channels: Int
    /// [height, width, channels]
    package var pixels: [UInt8]

    /// The pixels [height, width, channels] as numbers 0...255, in another size and number of channels: grey from colours
    /// by their luma, colours from grey by repetition.
    func numbers(height: Int, width: Int, channels: Int) -> [Float] {
        var numbers = pixels.map { Float($0) }
        if channels < self.channels { numbers = Resampling.grayscale(numbers) }
        let kept = min(channels, self.channels)
        numbers = Resampling.resize(
            numbers, shape: [self.height, self.width, kept], height: height, width: width)
        return channels > kept ? numbers.flatMap { [$0, $0, $0] } : numbers
    }
}
