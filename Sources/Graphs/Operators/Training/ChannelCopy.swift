/// Copies a range of channels between images [pixels, channels] and [pixels, count].
enum ChannelCopy {
    static func gather(
        _ image: UnsafePointer<Float>, pixels: Int, channels: Int, first: Int, count: Int,
        into part: UnsafeMutablePointer<Float>
    ) {
        for pixel in 0..<pixels {
            unsafe (part + pixel * count).update(from: image + pixel * channels + first, count: count)
        }
    }

    static func scatter(
        _ part: UnsafePointer<Float>, pixels: Int, channels: Int, first: Int, count: Int,
        into image: UnsafeMutablePointer<Float>
    ) {
        for pixel in 0..<pixels {
            unsafe (image + pixel * channels + first).update(from: part + pixel * count, count: count)
        }
    }
}
