/// How the image in a file must be turned to be upright: cameras write down how they were held.
struct ImageOrientation {
    /// Whether rows become columns.
    private let isTurned: Bool
    /// Whether the file's last row comes first, and its last column.
    private let flipsRows: Bool
    private let flipsColumns: Bool

    /// - Parameter number: As Exif has it, 1 to 8; 1 is upright.
    init(number: Int) {
        isTurned = number >= 5
        flipsRows = [3, 4, 6, 7].contains(number)
        flipsColumns = [2, 3, 7, 8].contains(number)
    }

    /// The image upright, without pixels.
    func sized(_ image: DecodedImage) -> DecodedImage {
        let (height, width) = isTurned ? (image.width, image.height) : (image.height, image.width)
        return DecodedImage(height: height, width: width, channels: image.channels, pixels: [])
    }

    /// The image upright.
    func upright(_ image: DecodedImage) -> DecodedImage {
        guard isTurned || flipsRows || flipsColumns else { return image }
        var upright = sized(image)
        upright.pixels.reserveCapacity(image.pixels.count)
        for y in 0..<upright.height {
            for x in 0..<upright.width {
                let (row, column) = isTurned ? (x, y) : (y, x)
                let source =
                    (flipsRows ? image.height - 1 - row : row) * image.width
                    + (flipsColumns ? image.width - 1 - column : column)
                for channel in 0..<image.channels {
                    upright.pixels.append(image.pixels[source * image.channels + channel])
                }
            }
        }
        return upright
    }
}
