import Glibc
import Tensors

/// Where each pixel of an augmented image comes from: mirrored, turned around the centre and moved.
struct AugmentedGeometry {
    private let height: Int
    private let width: Int
    private let mirrorsColumns: Bool
    private let mirrorsRows: Bool
    private let cosine: Float
    private let sine: Float
    /// Pixels.
    private let down: Float
    private let right: Float

    init(_ augmentation: Augmentation, height: Int, width: Int, using random: inout RandomSource) {
        (self.height, self.width) = (height, width)
        let flip = augmentation.flip
        mirrorsColumns = flip == nil || flip == .vertical ? false : random.uniform() < 0.5
        mirrorsRows = flip == nil || flip == .horizontal ? false : random.uniform() < 0.5
        let angle = augmentation.rotate > 0 ? (2 * random.uniform() - 1) * augmentation.rotate * .pi / 180 : 0
        (cosine, sine) = (cosf(angle), sinf(angle))
        let moves = augmentation.shift > 0
        down = moves ? (2 * random.uniform() - 1) * augmentation.shift * Float(height) : 0
        right = moves ? (2 * random.uniform() - 1) * augmentation.shift * Float(width) : 0
    }

    /// Whether the image stays as it is.
    var isIdentity: Bool { !mirrorsColumns && !mirrorsRows && sine == 0 && cosine == 1 && down == 0 && right == 0 }

    /// Draws an image [height, width, channels], interpolated linearly; what lies outside is like the nearest edge.
    func draw(_ image: [Float], channels: Int, into output: UnsafeMutablePointer<Float>) {
        let (middleY, middleX) = (Float(height - 1) / 2, Float(width - 1) / 2)
        for y in 0..<height {
            for x in 0..<width {
                let (offsetY, offsetX) = (Float(y) - middleY - down, Float(x) - middleX - right)
                var sourceY = middleY + cosine * offsetY - sine * offsetX
                var sourceX = middleX + sine * offsetY + cosine * offsetX
                if mirrorsRows { sourceY = Float(height - 1) - sourceY }
                if mirrorsColumns { sourceX = Float(width - 1) - sourceX }
                let place = (y * width + x) * channels
                for channel in 0..<channels {
                    unsafe output[place + channel] = value(image, sourceY, sourceX, channel, channels)
                }
            }
        }
    }

    private func value(_ image: [Float], _ y: Float, _ x: Float, _ channel: Int, _ channels: Int) -> Float {
        let (top, left) = (y.rounded(.down), x.rounded(.down))
        let (below, beside) = (y - top, x - left)
        func pixel(_ row: Int, _ column: Int) -> Float {
            let row = min(max(row, 0), height - 1)
            let column = min(max(column, 0), width - 1)
            return image[(row * width + column) * channels + channel]
        }
        let (row, column) = (Int(top), Int(left))
        let above = pixel(row, column) * (1 - beside) + pixel(row, column + 1) * beside
        guard below > 0 else { return above }
        let under = pixel(row + 1, column) * (1 - beside) + pixel(row + 1, column + 1) * beside
        return above * (1 - below) + under * below
    }
}
