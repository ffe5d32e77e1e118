/// What the sequences are that a client sends and that a model gets.
package struct SequenceForm: Sendable, Equatable {
    /// How sequences that are shorter than the model's are filled up.
    package struct Padding: Sendable, Equatable {
        /// Where the filling goes.
        package enum Side: String, Sendable, CaseIterable { case start, end }

        /// What is filled in, after all other steps.
        package let value: Float
        package let side: Side

        package init(value: Float, side: Side) {
            self.value = value
            self.side = side
        }
    }

    /// Steps of a sequence as the model gets it, ≥ 1.
    package let length: Int
    /// Numbers of one step, ≥ 1.
    package let features: Int
    /// The names of a row's values: of each step (`features` of them) when the steps are rows of a table; of all values
    /// (`length` · `features`) when the sequence is one row of it; empty without names.
    package let columns: [String]
    /// How sequences are cut out of a series whose steps are the rows of a table; nil for others.
    package let window: Window?
    /// Nil when every sequence has exactly `length` steps. Otherwise shorter ones are filled up and of longer ones the
    /// last steps count.
    package let padding: Padding?

    package init(
        length: Int, features: Int, columns: [String] = [], window: Window? = nil, padding: Padding? = nil
    ) {
        precondition(length > 0 && features > 0, "an empty sequence")
        self.length = length
        self.features = features
        self.columns = columns
        self.window = window
        self.padding = padding
    }

    /// Whether each step is a row of a table.
    package var stepsAreRows: Bool { window != nil }

    /// Numbers of a whole sequence.
    package var elementCount: Int { length * features }
}
