import CKernels

/// What training needs beside the kernels of inference. Gradients of weights are added to what is there.
extension Kernels {
    /// Floats of workspace for `gemmRows` over k rows, and for `convolutionWeightGradient` over k output pixels.
    package func gradientWorkspace(n: Int, k: Int) -> Int {
        precondition(n >= 0 && k >= 0, "sizes must not be negative")
        return unsafe table.pointee.gradients.gradient_workspace(n, k)
    }

    /// C += Aᵀ · B, a product summed over rows.
    ///
    /// - Parameters:
    ///   - m: columns of A, rows of C.
    ///   - n: columns of B and C.
    ///   - k: rows of A and B.
    ///   - a: [k, m], rows `lda` floats apart.
    ///   - lda: at least m.
    ///   - b: [k, n], rows `ldb` floats apart.
    ///   - ldb: at least n.
    ///   - c: [m, n], rows `ldc` floats apart.
    ///   - ldc: at least n.
    ///   - workspace: room for `gradientWorkspace(n:k:)` floats.
    package func gemmRows(
        m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
        c: UnsafeMutablePointer<Float>, ldc: Int, workspace: UnsafeMutablePointer<Float>
    ) {
        precondition(m >= 0 && n >= 0 && k >= 0, "sizes must not be negative")
        unsafe table.pointee.gradients.gemm_rows(m, n, k, a, lda, b, ldb, c, ldc, workspace)
    }

    /// y[columns] += the sum of the rows of x [rows, columns], which lie `ldx` floats apart.
    package func sumRows(
        _ x: UnsafePointer<Float>, rows: Int, columns: Int, ldx: Int, into y: UnsafeMutablePointer<Float>
    ) {
        precondition(rows >= 0 && columns >= 0, "sizes must not be negative")
        unsafe table.pointee.gradients.sum_rows(rows, columns, x, ldx, y)
    }

    /// dx = dy where the clamp's result y lies inside the range, 0 elsewhere.
    package func clampGradient(
        y: UnsafePointer<Float>, dy: UnsafePointer<Float>, to range: Clamp, into dx: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.gradients.clamp_gradient(y, dy, dx, count, range.cClamp)
    }

    /// dx = dy · (1 - y²), y = tanh x.
    package func tanhGradient(
        y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, count: Int
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.gradients.tanh_gradient(y, dy, dx, count)
    }

    /// dx = dy · y · (1 - y), y = sigmoid x.
    package func sigmoidGradient(
        y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, count: Int
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.gradients.sigmoid_gradient(y, dy, dx, count)
    }
}

/// Gradients of convolutions of one image [height, width, inChannels] and of their pooling.
extension Kernels {
    /// Floats that `packConvolutionGradient` writes.
    package func packedConvolutionGradientSize(_ window: ConvolutionWindow) -> Int {
        packedBSize(n: window.inChannels, k: window.kernelHeight * window.kernelWidth * window.outChannels)
    }

    /// Packs weights [outChannels, inChannels, kernelHeight, kernelWidth] turned by 180° with inputs and outputs
    /// exchanged: `convolution` then computes the image's gradient from the output's, for stride 1.
    package func packConvolutionGradient(
        _ window: ConvolutionWindow, weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>
    ) {
        var geometry = window.cWindow
        unsafe table.pointee.gradients.pack_convolution_gradient(&geometry, weights, packed)
    }

    /// dw += the gradient of the weights from one image.
    ///
    /// - Parameters:
    ///   - window: without padding; any kernel, stride and dilation.
    ///   - x: [height, width, inChannels].
    ///   - dy: [outHeight, outWidth, outChannels].
    ///   - dw: [kernelHeight, kernelWidth, inChannels, outChannels].
    ///   - workspace: room for `gradientWorkspace(n: outChannels, k: outHeight · outWidth)` floats.
    package func convolutionWeightGradient(
        _ window: ConvolutionWindow, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        dw: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>
    ) {
        precondition(window.padding == .none, "the image must hold its padding")
        var geometry = window.cWindow
        unsafe table.pointee.gradients.convolution_weight_gradient(&geometry, x, dy, dw, workspace)
    }

    /// 2×2 max-pooling of stride 2 that notes which element won: 0 to 3, the first of equals; 4 where the maximum is
    /// not inside the clamp.
    ///
    /// - Parameters:
    ///   - height: rows of the image.
    ///   - width: columns of the image.
    ///   - channels: channels of the image.
    ///   - x: [height, width, channels], before the clamp.
    ///   - clamp: what follows.
    ///   - y: [height / 2, width / 2, channels], the clamped maxima.
    ///   - codes: as y.
    package func maxPoolCodes(
        height: Int, width: Int, channels: Int, x: UnsafePointer<Float>, clamp: Clamp,
        y: UnsafeMutablePointer<Float>, codes: UnsafeMutablePointer<UInt8>
    ) {
        precondition(height >= 0 && width >= 0 && channels >= 0, "sizes must not be negative")
        unsafe table.pointee.gradients.max_pool_codes(height, width, channels, x, clamp.cClamp, y, codes)
    }

    /// dx [height, width, channels] from the gradient of `maxPoolCodes`' result.
    package func maxPoolGradient(
        height: Int, width: Int, channels: Int, dy: UnsafePointer<Float>, codes: UnsafePointer<UInt8>,
        dx: UnsafeMutablePointer<Float>
    ) {
        precondition(height >= 0 && width >= 0 && channels >= 0, "sizes must not be negative")
        unsafe table.pointee.gradients.max_pool_gradient(height, width, channels, dy, codes, dx)
    }
}

/// One step of LSTM cells with what its gradient needs kept. Gate order i, o, f, g as in ONNX.
extension Kernels {
    /// One step.
    ///
    /// - Parameters:
    ///   - rows: sequences.
    ///   - hiddenSize: hidden units.
    ///   - z: [rows, 4, hidden], the gates' sums; becomes their activations.
    ///   - previousCell: [rows, hidden].
    ///   - cell: [rows, hidden]; not `previousCell`.
    ///   - cellTanh: [rows, hidden], tanh of the new cell state.
    ///   - hidden: [rows, hidden], rows `hiddenStride` floats apart.
    ///   - hiddenStride: at least `hiddenSize`.
    package func lstmGates(
        rows: Int, hiddenSize: Int, z: UnsafeMutablePointer<Float>, previousCell: UnsafePointer<Float>,
        cell: UnsafeMutablePointer<Float>, cellTanh: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>,
        hiddenStride: Int
    ) {
        precondition(rows >= 0 && hiddenSize >= 0, "sizes must not be negative")
        unsafe table.pointee.gradients.lstm_gates(
            rows, hiddenSize, z, previousCell, cell, cellTanh, hidden, hiddenStride)
    }

    /// The gradient of `lstmGates`.
    ///
    /// - Parameters:
    ///   - rows: sequences.
    ///   - hiddenSize: hidden units.
    ///   - gates: [rows, 4, hidden], the activations.
    ///   - previousCell: [rows, hidden], before the step.
    ///   - cellTanh: [rows, hidden], tanh of the cell state after it.
    ///   - hiddenGradient: [rows, hidden], of the step's hidden state.
    ///   - cellGradient: [rows, hidden], of the step's cell state from the steps after it.
    ///   - sumGradient: [rows, 4, hidden], of the gates' sums.
    ///   - previousCellGradient: [rows, hidden]; not `cellGradient`.
    package func lstmGatesGradient(
        rows: Int, hiddenSize: Int, gates: UnsafePointer<Float>, previousCell: UnsafePointer<Float>,
        cellTanh: UnsafePointer<Float>, hiddenGradient: UnsafePointer<Float>, cellGradient: UnsafePointer<Float>,
        sumGradient: UnsafeMutablePointer<Float>, previousCellGradient: UnsafeMutablePointer<Float>
    ) {
        precondition(rows >= 0 && hiddenSize >= 0, "sizes must not be negative")
        unsafe table.pointee.gradients.lstm_gates_gradient(
            rows, hiddenSize, gates, previousCell, cellTanh, hiddenGradient, cellGradient, sumGradient,
            previousCellGradient)
    }
}
