extension Preprocessing {
    /// Preprocesses a row of numbers of one shape (`input.numericShape`).
    /// - Parameters:
    ///   - raw: the numbers as a client sends them, `input.numericShape`; may be the same memory as `output` if a
    ///     sample is not larger.
    ///   - output: `sampleShape`.
    package func apply(_ raw: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>) {
        guard let steps, input.numericShape != nil else { preconditionFailure("rows are not numbers of one shape") }
        unsafe steps.apply(raw, into: output)
    }

    /// Preprocesses a sequence of any number of steps.
    /// - Parameters:
    ///   - raw: [steps, features]
    ///   - number: the row's number from 0, for messages.
    ///   - output: `sampleShape`.
    /// - Throws: `.row` for a count of steps that the input does not take.
    /// - Returns: steps that are not filling.
    @discardableResult
    package func apply(
        sequence raw: UnsafeBufferPointer<Float>, number: Int?, into output: UnsafeMutablePointer<Float>
    ) throws(PreprocessingError) -> Int {
        guard case .sequence(let form) = input, let steps else { preconditionFailure("rows are not sequences") }
        let count = raw.count / form.features
        guard let padding = form.padding else {
            guard raw.count == form.elementCount, let base = raw.baseAddress else {
                throw .row(
                    number, field: "", expected: "\(form.length) steps of \(form.features) numbers", found: "\(count)")
            }
            unsafe steps.apply(base, into: output)
            return form.length
        }
        guard count > 0, count * form.features == raw.count else {
            throw .row(number, field: "", expected: "1 to \(form.length) steps", found: "\(count)")
        }
        let kept = min(count, form.length)
        let filling = (form.length - kept) * form.features
        let start = padding.side == .start ? filling : 0
        let numbers = kept * form.features
        unsafe output.update(repeating: 0, count: form.elementCount)
        for index in 0..<numbers { unsafe output[start + index] = raw[raw.count - numbers + index] }
        unsafe steps.apply(output, into: output)
        let gap = padding.side == .start ? 0 : numbers
        unsafe (output + gap).update(repeating: padding.value, count: filling)
        return kept
    }

    /// Preprocesses an image file, decoded and brought to the size of the input.
    package func apply(
        file: [UInt8], number: Int?, into output: UnsafeMutablePointer<Float>
    ) throws(PreprocessingError) {
        guard case .image(let height, let width, let channels) = input, let steps else {
            throw .row(number, field: "", expected: "numbers", found: "an image file")
        }
        let image: DecodedImage
        do {
            image = try ImageDecoder.decode(file)
        } catch {
            throw .row(number, field: "", expected: "a PNG or JPEG file", found: "\(error)")
        }
        let numbers = image.numbers(height: height, width: width, channels: channels)
        unsafe numbers.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { unsafe steps.apply(base, into: output) }
        }
    }
}
