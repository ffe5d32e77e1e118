/// What one row is as a client sends it.
package enum InputKind: Sendable, Equatable {
    /// Numbers of a fixed shape, nested or flat; trailing dimensions of 1 may be left out.
    case tensor(shape: [Int])
    /// Pixel values 0...255 [height, width, channels], or a PNG or JPEG of any size in base64: `{"b64": "…"}`.
    case image(height: Int, width: Int, channels: Int)
    /// Named values: an object by column name, or a list in the order of the columns.
    case table(columns: [TableColumn])
    /// Steps of numbers in their order.
    case sequence(SequenceForm)

    /// The shape of a row of numbers, when all rows have the same: what can be read without looking at each value.
    package var numericShape: [Int]? {
        switch self {
        case .tensor(let shape): shape
        case .image(let height, let width, let channels): [height, width, channels]
        case .table: nil
        case .sequence(let form): form.padding == nil ? [form.length, form.features] : nil
        }
    }
}
