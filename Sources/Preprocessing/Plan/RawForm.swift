/// What the rows of a dataset are before preprocessing.
package enum RawForm: Sendable, Equatable {
    /// Numbers of one shape; `isPixels` says that they are whole numbers 0...255 in the shape of images.
    case tensor(shape: [Int], isPixels: Bool)
    /// Sequences of different lengths of steps of `features` numbers.
    case sequences(features: Int, longest: Int)
    /// PNG or JPEG files of any size; the size given is that of most.
    case files(height: Int, width: Int, channels: Int)
    /// Rows of named columns.
    case table([RawColumn])
}

/// A column of a table before preprocessing.
package struct RawColumn: Sendable, Equatable {
    package let name: String
    /// Whether its values are texts; otherwise they are numbers.
    package let isText: Bool

    package init(name: String, isText: Bool) {
        self.name = name
        self.isText = isText
    }
}

/// One row of a dataset before preprocessing.
@safe package enum RawRow {
    /// The numbers of a tensor or of a sequence, NaN where one is missing.
    case numbers(UnsafeBufferPointer<Float>)
    /// The bytes of an image file.
    case file([UInt8])
    /// The values of a table's columns.
    case cells([Cell])
}

/// What an architecture wants its samples to be.
package enum SampleForm: String, Sendable, CaseIterable {
    /// As the data has them.
    case any
    /// One dimension.
    case flat
    /// [steps, features]; a row of plain numbers is a sequence of them.
    case sequence
    /// [height, width, channels]; rows of numbers have one channel.
    case image
}
