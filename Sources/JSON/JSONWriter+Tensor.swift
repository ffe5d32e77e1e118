extension JSONWriter {
    /// Numbers written between two checks of the capacity.
    private static let chunkSize = 256

    /// Writes a tensor as nested arrays.
    /// - Parameters:
    ///   - elements: as many as the product of `shape`, row-major, contiguous.
    ///   - shape: sizes outermost first; empty for a single number.
    package mutating func appendTensor(_ elements: UnsafePointer<Float>, shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "negative size in \(shape)")
        guard !shape.isEmpty else { return unsafe append(elements.pointee) }
        prepareValue()
        var cursor = unsafe elements
        unsafe appendList(&cursor, shape[...])
    }

    /// Writes one list and moves the cursor after its elements; recurses once for each dimension.
    private mutating func appendList(_ cursor: inout UnsafePointer<Float>, _ shape: ArraySlice<Int>) {
        bytes.append(UInt8(ascii: "["))
        if let size = shape.first, shape.count > 1 {
            for index in 0..<size {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                unsafe appendList(&cursor, shape.dropFirst())
            }
        } else {
            var rest = shape.first ?? 0
            while rest > 0 {
                let count = min(rest, Self.chunkSize)
                rest -= count
                unsafe appendNumbers(UnsafeBufferPointer(start: cursor, count: count), endsWithComma: rest > 0)
                unsafe cursor += count
            }
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Writes numbers with commas between them, straight into the array's spare capacity.
    private mutating func appendNumbers(_ numbers: UnsafeBufferPointer<Float>, endsWithComma: Bool) {
        var written = 0
        while written < numbers.count {
            let rest = unsafe UnsafeBufferPointer(rebasing: numbers[written...])
            written += unsafe appendFiniteNumbers(rest)
            guard written < numbers.count else { break }
            let value = unsafe numbers[written]
            appendNonFinite(isNaN: value.isNaN, isNegative: value < 0)
            bytes.append(UInt8(ascii: ","))
            written += 1
        }
        if !endsWithComma { bytes.removeLast() }
    }

    /// Writes numbers, each with a comma after it, up to the first that is not finite.
    /// - Returns: how many were written.
    private mutating func appendFiniteNumbers(_ numbers: UnsafeBufferPointer<Float>) -> Int {
        var written = 0
        bytes.append(addingCapacity: numbers.count * (ShortestFloat.maximumLength + 1)) { output in
            unsafe output.withUnsafeMutableBufferPointer { buffer, count in
                guard let start = buffer.baseAddress else { return }
                var cursor = unsafe start + count
                while written < numbers.count, unsafe numbers[written].isFinite {
                    unsafe cursor = ShortestFloat.write(numbers[written], to: cursor)
                    unsafe cursor.pointee = UInt8(ascii: ",")
                    unsafe cursor += 1
                    written += 1
                }
                count = unsafe cursor - start
            }
        }
        return written
    }
}
