import CImages

/// Decodes PNG and JPEG files that nobody checked.
package enum ImageDecoder {
    /// Most pixels that are decoded: 33 million.
    package static let maximumPixelCount = 1 << 25

    /// The C function of a format.
    private typealias Reader =
        @convention(c) (
            UnsafePointer<UInt8>?, Int, UInt64, UnsafeMutablePointer<apus_image>?, UnsafeMutablePointer<UInt8>?, Int
        ) -> Int32

    /// The size and the pixels of a file as they are seen, turned as Exif says: 8 bits a channel; 1 channel or 3; 16 bits
    /// scaled down. Transparency is dropped, except from images of one colour, which are drawn on white or black.
    package static func decode(_ bytes: [UInt8]) throws(PreprocessingError) -> DecodedImage {
        let reader = try unsafe reader(of: bytes)
        let (size, orientation) = try unsafe read(bytes, with: reader, into: nil)
        var image = size
        image.pixels = [UInt8](repeating: 0, count: image.height * image.width * image.channels)
        try unsafe image.pixels.withUnsafeMutableBufferPointer { pixels throws(PreprocessingError) in
            _ = try unsafe read(bytes, with: reader, into: pixels)
        }
        return orientation.upright(image)
    }

    /// The size of a file's image as it is seen; its pixels are left out.
    package static func header(_ bytes: [UInt8]) throws(PreprocessingError) -> DecodedImage {
        let (image, orientation) = try unsafe read(bytes, with: reader(of: bytes), into: nil)
        return orientation.sized(image)
    }

    private static func reader(of bytes: [UInt8]) throws(PreprocessingError) -> Reader {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return unsafe apus_png_read }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return unsafe apus_jpeg_read }
        throw .image("expected a PNG or a JPEG, found another kind of file")
    }

    /// The image as its file holds it; its pixels go to `pixels`.
    private static func read(
        _ bytes: [UInt8], with reader: Reader, into pixels: UnsafeMutableBufferPointer<UInt8>?
    ) throws(PreprocessingError) -> (image: DecodedImage, orientation: ImageOrientation) {
        var image = apus_image()
        let status = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe reader(
                buffer.baseAddress, buffer.count, UInt64(maximumPixelCount), &image, pixels?.baseAddress,
                pixels?.count ?? 0)
        }
        guard status == 0 else {
            let text = unsafe withUnsafeBytes(of: &image.error) { buffer in
                unsafe String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
            }
            throw .image(text.isEmpty ? "out of memory" : text)
        }
        let decoded = DecodedImage(
            height: Int(image.height), width: Int(image.width), channels: Int(image.channels), pixels: [])
        return (decoded, ImageOrientation(number: Int(image.orientation)))
    }
}
