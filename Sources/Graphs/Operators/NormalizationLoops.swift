import Tensors

/// Normalisation by the mean and the variance of groups of elements: how the groups lie in a value
/// [blocks, rows, groups, width], each block and group being normalised over its rows and width, and its arithmetic.
struct NormalizationLoops: Sendable {
    let blocks, rows, groups, width: Int
    /// Neighbouring elements of a block's [groups, width] that share a scale and a shift.
    let shared: Int
    let epsilon: Float
    /// Whether the mean counts as 0, so that elements are only divided by their root mean square.
    let isRootMeanSquare: Bool

    /// Numbers of scale and shift.
    var channels: Int { groups * width / max(shared, 1) }
    /// Floats of all blocks.
    var size: Int { blocks * blockSize }
    private var lineSize: Int { groups * width }
    private var blockSize: Int { rows * lineSize }
    /// Elements of one group.
    private var count: Float { Float(rows * width) }
    /// Floats of the statistics of all blocks: for each group its mean and 1 / √(variance + ε).
    var statisticsSize: Int { blocks * 2 * groups }
    /// Floats of memory that `forward` needs besides: the sums of each column in double precision.
    var scratchSize: Int { rows == 1 ? 0 : 2 * lineSize }

    /// y = (x − mean) / √(variance + ε) · scale + shift; scale and shift, [channels], may be missing.
    func forward(
        _ x: UnsafePointer<Float>, scale: UnsafePointer<Float>?, shift: UnsafePointer<Float>?,
        into y: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        for block in 0..<blocks {
            let (input, result) = unsafe (x + block * blockSize, y + block * blockSize)
            let statistics = unsafe statistics + block * 2 * groups
            unsafe findStatistics(input, into: statistics, scratch: scratch)
            for line in 0..<rows * groups {
                let group = line % groups
                let (mean, factor) = unsafe (statistics[group], statistics[groups + group])
                let (from, to) = unsafe (input + line * width, result + line * width)
                unsafe write(
                    from, mean: mean, factor: factor, scale: scale, shift: shift, firstColumn: group * width, to)
            }
        }
    }

    /// One run of a group's elements.
    @inline(__always)
    private func write(
        _ x: UnsafePointer<Float>, mean: Float, factor: Float, scale: UnsafePointer<Float>?,
        shift: UnsafePointer<Float>?, firstColumn: Int, _ y: UnsafeMutablePointer<Float>
    ) {
        if shared == 1, let scale = unsafe scale, let shift = unsafe shift {
            let (scale, shift) = unsafe (scale + firstColumn, shift + firstColumn)
            for index in 0..<width { unsafe y[index] = (x[index] - mean) * factor * scale[index] + shift[index] }
            return
        }
        for index in 0..<width {
            let channel = (firstColumn + index) / shared
            let normal = unsafe (x[index] - mean) * factor
            unsafe y[index] = normal * (scale?[channel] ?? 1) + (shift?[channel] ?? 0)
        }
    }

    /// The mean and 1 / √(variance + ε) of each group of one block.
    private func findStatistics(
        _ x: UnsafePointer<Float>, into statistics: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        if rows == 1 {
            for group in 0..<groups {
                let row = unsafe x + group * width
                let mean = unsafe isRootMeanSquare ? 0 : Self.sum(row, count: width) { $0 } / count
                let vector = SIMD8(repeating: mean)
                let squares = unsafe Self.sum(row, count: width) { ($0 - vector) * ($0 - vector) }
                unsafe statistics[group] = mean
                unsafe statistics[groups + group] = 1 / (squares / count + epsilon).squareRoot()
            }
            return
        }
        // With the channels last, columns are summed side by side.
        let sums = unsafe UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Double.self)
        for group in 0..<groups { unsafe statistics[group] = 0 }
        if !isRootMeanSquare {
            unsafe addColumns(x, statistics, into: sums) { $0 }
            for group in 0..<groups { unsafe statistics[group] = Float(total(sums, group) / Double(count)) }
        }
        unsafe addColumns(x, statistics, into: sums) { $0 * $0 }
        for group in 0..<groups {
            let variance = unsafe total(sums, group) / Double(count)
            unsafe statistics[groups + group] = Float(1 / (variance + Double(epsilon)).squareRoot())
        }
    }

    /// Sums f(x − the group's entry of `means`) over rows.
    @inline(__always)
    private func addColumns(
        _ x: UnsafePointer<Float>, _ means: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Double>,
        _ function: (Double) -> Double
    ) {
        unsafe sums.update(repeating: 0, count: lineSize)
        for row in 0..<rows {
            for group in 0..<groups {
                let first = group * width
                let (line, mean) = unsafe (x + row * lineSize + first, means[group])
                for index in 0..<width { unsafe sums[first + index] += function(Double(line[index] - mean)) }
            }
        }
    }

    private func total(_ sums: UnsafePointer<Double>, _ group: Int) -> Double {
        (group * width..<(group + 1) * width).reduce(0) { unsafe $0 + sums[$1] }
    }

    /// The sum of f(x) in eight lanes; f works on single elements by lanes of which one counts.
    @inline(__always)
    private static func sum(
        _ x: UnsafePointer<Float>, count: Int, _ function: (SIMD8<Float>) -> SIMD8<Float>
    ) -> Float {
        var lanes = SIMD8<Float>(repeating: 0)
        var index = 0
        while index + 8 <= count {
            lanes += function(unsafe UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Float>.self))
            index += 8
        }
        var sum = lanes.sum()
        while index < count {
            sum += function(SIMD8(repeating: unsafe x[index]))[0]
            index += 1
        }
        return sum
    }

    /// The gradient by x, written, and those by scale and shift, added; each may be unwanted.
    func backward(
        _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, scale: UnsafePointer<Float>?,
        statistics: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>?, dScale: UnsafeMutablePointer<Float>?,
        dShift: UnsafeMutablePointer<Float>?
    ) {
        for block in 0..<blocks {
            for group in 0..<groups {
                let mean = unsafe statistics[(2 * block) * groups + group]
                let factor = unsafe statistics[(2 * block + 1) * groups + group]
                let start = block * blockSize + group * width
                var (sum, dot) = (0.0, 0.0)
                forEachElement(start, group) { element, channel in
                    let normal = unsafe (x[element] - mean) * factor
                    let slope = unsafe dy[element] * (scale?[channel] ?? 1)
                    sum += Double(slope)
                    dot += Double(slope * normal)
                    unsafe dScale?[channel] += dy[element] * normal
                    unsafe dShift?[channel] += dy[element]
                }
                guard let dx = unsafe dx else { continue }
                let (meanSlope, meanDot) = (isRootMeanSquare ? 0 : Float(sum) / count, Float(dot) / count)
                forEachElement(start, group) { element, channel in
                    let normal = unsafe (x[element] - mean) * factor
                    let slope = unsafe dy[element] * (scale?[channel] ?? 1)
                    unsafe dx[element] = factor * (slope - meanSlope - normal * meanDot)
                }
            }
        }
    }

    @inline(__always)
    private func forEachElement(_ start: Int, _ group: Int, _ body: (_ element: Int, _ channel: Int) -> Void) {
        for row in 0..<rows {
            for index in 0..<width { body(start + row * lineSize + index, (group * width + index) / shared) }
        }
    }
}
