import Preprocessing

/// One row on its way into a dataset.
struct DatasetRow {
    enum Features {
        /// Of a tensor or a sequence, NaN where one is missing.
        case numbers([Float])
        /// Of a tensor of bytes.
        case bytes(ArraySlice<UInt8>)
        /// An image file.
        case file([UInt8])
    }

    var features: Features?
    var cells: [Cell]
}
