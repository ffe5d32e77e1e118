import CKernels

/// The geometry of a two-dimensional convolution or pooling window over one image [height, width, inChannels].
///
/// Along each axis the output has floor((input + padding before and after - dilation·(kernel - 1) - 1) / stride) + 1
/// elements, none when the window does not fit (ONNX operators Conv, MaxPool, AveragePool).
package struct ConvolutionWindow: Hashable, Sendable {
    /// Rows of the image.
    package let height: Int
    /// Columns of the image.
    package let width: Int
    /// Channels of the image.
    package let inChannels: Int
    /// Channels of the output; pooling and depthwise convolution have as many as the image.
    package let outChannels: Int
    /// Rows of the window.
    package let kernelHeight: Int
    /// Columns of the window.
    package let kernelWidth: Int
    /// Image rows from one output row to the next.
    package let strideHeight: Int
    /// Image columns from one output column to the next.
    package let strideWidth: Int
    /// Image rows from one row of the window to the next.
    package let dilationHeight: Int
    /// Image columns from one column of the window to the next.
    package let dilationWidth: Int
    /// Rows and columns of zeros around the image.
    package let padding: Padding
    /// Rows of the output.
    package let outHeight: Int
    /// Columns of the output.
    package let outWidth: Int

    /// Rows and columns of zeros around an image.
    package struct Padding: Hashable, Sendable {
        /// Rows above.
        package let top: Int
        /// Columns to the left.
        package let left: Int
        /// Rows below.
        package let bottom: Int
        /// Columns to the right.
        package let right: Int

        /// Different padding on each side, all ≥ 0.
        package init(top: Int, left: Int, bottom: Int, right: Int) {
            precondition(top >= 0 && left >= 0 && bottom >= 0 && right >= 0, "padding must not be negative")
            self.top = top
            self.left = left
            self.bottom = bottom
            self.right = right
        }

        /// The same padding on all sides.
        package init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }

        /// No padding.
        package static let none = Padding(0)
    }

    /// A window with its output sizes.
    ///
    /// - Parameters:
    ///   - image: rows, columns and channels of the image, ≥ 0.
    ///   - outChannels: channels of the output; as many as the image has when nil.
    ///   - kernel: rows and columns of the window, ≥ 1.
    ///   - stride: along rows and columns, ≥ 1.
    ///   - dilation: along rows and columns, ≥ 1.
    ///   - padding: zeros around the image.
    ///   - output: rows and columns of the output where they are not what the formula gives (a rounding up);
    ///     what then lies past the padding counts as padding.
    package init(
        image: (height: Int, width: Int, channels: Int), outChannels: Int? = nil,
        kernel: (height: Int, width: Int), stride: (height: Int, width: Int) = (1, 1),
        dilation: (height: Int, width: Int) = (1, 1), padding: Padding = .none,
        output: (height: Int, width: Int)? = nil
    ) {
        precondition(image.height >= 0 && image.width >= 0 && image.channels >= 0, "image sizes must not be negative")
        precondition(outChannels ?? 0 >= 0, "outChannels must not be negative")
        precondition(kernel.height >= 1 && kernel.width >= 1, "kernel sizes must be at least 1")
        precondition(stride.height >= 1 && stride.width >= 1, "strides must be at least 1")
        precondition(dilation.height >= 1 && dilation.width >= 1, "dilations must be at least 1")
        precondition(output.map { $0.height >= 0 && $0.width >= 0 } ?? true, "output sizes must not be negative")
        (height, width, inChannels) = image
        self.outChannels = outChannels ?? image.channels
        (kernelHeight, kernelWidth) = kernel
        (strideHeight, strideWidth) = stride
        (dilationHeight, dilationWidth) = dilation
        self.padding = padding
        outHeight =
            output?.height
            ?? Self.outputSize(
                input: image.height, padding: padding.top + padding.bottom, kernel: kernel.height,
                stride: stride.height, dilation: dilation.height)
        outWidth =
            output?.width
            ?? Self.outputSize(
                input: image.width, padding: padding.left + padding.right, kernel: kernel.width,
                stride: stride.width, dilation: dilation.width)
    }

    /// Outputs along one axis; 0 when the window does not fit once.
    ///
    /// - Parameters:
    ///   - input: elements of the image.
    ///   - padding: elements of padding, before and after together.
    ///   - kernel: elements of the window.
    ///   - stride: elements from one output to the next.
    ///   - dilation: elements from one tap to the next.
    /// - Returns: how many times the window fits.
    package static func outputSize(input: Int, padding: Int, kernel: Int, stride: Int, dilation: Int) -> Int {
        let room = input + padding - (dilation * (kernel - 1) + 1)
        return room < 0 ? 0 : room / stride + 1
    }

    /// Whether the Winograd kernel can compute this convolution: kernel 3×3, stride and dilation 1, input channels a
    /// multiple of 16.
    package var allowsWinograd: Bool {
        kernelHeight == 3 && kernelWidth == 3 && strideHeight == 1 && strideWidth == 1 && dilationHeight == 1
            && dilationWidth == 1 && inChannels > 0 && inChannels % 16 == 0
    }

    var cWindow: apus_window {
        apus_window(
            height: height, width: width, in_channels: inChannels, out_channels: outChannels,
            kernel_height: kernelHeight, kernel_width: kernelWidth,
            stride_height: strideHeight, stride_width: strideWidth,
            dilation_height: dilationHeight, dilation_width: dilationWidth,
            pad_top: padding.top, pad_left: padding.left, pad_bottom: padding.bottom, pad_right: padding.right,
            out_height: outHeight, out_width: outWidth)
    }
}
