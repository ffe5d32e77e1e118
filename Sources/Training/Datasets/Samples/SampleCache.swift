import Tensors

/// Preprocessed samples of one split in memory.
struct SampleCache: Sendable {
    /// [samples, numbers of a sample], then [samples, numbers of a target], then [samples] lengths.
    private let storage: AlignedStorage
    private let sampleCount: Int
    private let width: Int
    private let targetWidth: Int

    /// Bytes that a cache takes.
    static func byteCount(samples: Int, width: Int, targetWidth: Int) -> Int {
        samples * (width + targetWidth + 1) * 4
    }

    /// Fills a cache, sample by sample, by a reader of one: its numbers and target are written, its length returned.
    init(
        samples: Int, width: Int, targetWidth: Int,
        _ read: (Int, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) throws(DatasetError) -> Int
    ) throws(DatasetError) {
        storage = AlignedStorage(
            byteCount: Self.byteCount(samples: samples, width: width, targetWidth: targetWidth))
        (sampleCount, self.width, self.targetWidth) = (samples, width, targetWidth)
        let targets = unsafe storage.floats + samples * width
        let lengths = unsafe targets + samples * targetWidth
        for sample in 0..<samples {
            let length = try unsafe read(
                sample, storage.floats + sample * width, targets + sample * targetWidth)
            unsafe lengths[sample] = Float(length)
        }
    }

    /// Copies a sample out; returns its length.
    func copy(
        _ sample: Int, into output: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>
    ) -> Float {
        precondition(sample >= 0 && sample < sampleCount, "no sample \(sample)")
        let targets = unsafe storage.floats + sampleCount * width
        unsafe output.update(from: storage.floats + sample * width, count: width)
        unsafe target.update(from: targets + sample * targetWidth, count: targetWidth)
        return unsafe (targets + sampleCount * targetWidth)[sample]
    }
}
