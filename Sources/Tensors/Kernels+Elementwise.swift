import CKernels

/// Elementwise functions over `count` floats, and softmax over rows. Input and output may be the same buffer.
extension Kernels {
    /// y = e^x within 3 ulp; overflow gives +inf, underflow a subnormal or 0, NaN stays.
    package func exp(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.elementwise.exp(x, y, count)
    }

    /// y = tanh x within 3 ulp.
    package func tanh(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.elementwise.tanh(x, y, count)
    }

    /// y = 1 / (1 + e^-x) within 3 ulp.
    package func sigmoid(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.elementwise.sigmoid(x, y, count)
    }

    /// y = x clamped to `range`; NaN stays.
    package func clamp(
        _ x: UnsafePointer<Float>, to range: Clamp, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.elementwise.clamp(x, y, count, range.cClamp)
    }

    /// y = a + b.
    package func add(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.elementwise.add(a, b, y, count)
    }

    /// y = a - b.
    package func subtract(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.elementwise.subtract(a, b, y, count)
    }

    /// y = a · b.
    package func multiply(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.elementwise.multiply(a, b, y, count)
    }

    /// y = a / b.
    package func divide(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.elementwise.divide(a, b, y, count)
    }

    /// y = softmax of every row of x [rows, columns], the row's maximum subtracted first. A row with a NaN becomes NaN.
    package func softmax(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "sizes must not be negative")
        unsafe table.pointee.elementwise.softmax(x, y, rows, columns)
    }

    /// y = log softmax of every row of x [rows, columns]. A row with a NaN becomes NaN.
    package func logSoftmax(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "sizes must not be negative")
        unsafe table.pointee.elementwise.log_softmax(x, y, rows, columns)
    }
}
