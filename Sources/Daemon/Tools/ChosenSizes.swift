import Graphs

/// The values a user gives to the sizes that a model leaves free, such as the number of time steps.
package struct ChosenSizes: Sendable, Equatable {
    /// The value of the only free size, whatever its name is (`--time`).
    package var only: Int?
    /// Values by name (`--size name=value`).
    package var named: [String: Int]

    package init(only: Int? = nil, named: [String: Int] = [:]) {
        self.only = only
        self.named = named
    }

    /// Reads `name=value` texts.
    /// - Throws: `DaemonError.usage`.
    package init(only: Int?, named texts: [String]) throws(DaemonError) {
        self.only = only
        named = [:]
        if let only, only < 1 { throw .usage("--time: expected an integer of at least 1, got \(only)") }
        for text in texts {
            guard let sign = text.lastIndex(of: "="), let value = Int(text[text.index(after: sign)...]), value >= 1
            else {
                throw .usage("--size: expected name=value with a value of at least 1, got \(text.inQuotes)")
            }
            named[String(text[..<sign])] = value
        }
    }

    /// Gives the free sizes of a model their values.
    /// - Parameters:
    ///   - model: The model.
    ///   - standard: The value of a size without one; nil to insist on values.
    /// - Returns: A value for each free size.
    /// - Throws: `DaemonError.usage` for sizes the model does not have, and for missing ones.
    func bindings(of model: LoadedModel, standard: Int? = nil) throws(DaemonError) -> [String: Int] {
        let symbols = model.freeSizes
        let list = symbols.isEmpty ? "none" : symbols.joined(separator: ", ")
        for name in named.keys.sorted() where !symbols.contains(name) {
            throw .usage("--size: the model has no free size \(name.inQuotes); its free sizes: \(list)")
        }
        if only != nil, symbols.count != 1 {
            throw .usage("--time is for models with one free size, this one's free sizes: \(list)")
        }
        var bindings: [String: Int] = [:]
        for symbol in symbols {
            guard let value = named[symbol] ?? only ?? standard else {
                throw .usage(
                    "the size \(symbol.inQuotes) of the model is free; choose it with --size \(symbol)=<value>")
            }
            bindings[symbol] = value
        }
        return bindings
    }
}

extension LoadedModel {
    /// The names of the sizes a request chooses, apart from the batch, in the order of the inputs.
    package var freeSizes: [String] {
        var symbols: [String] = []
        for symbol in compiled.inputs.flatMap(\.freeSymbols).compactMap(\.self) where !symbols.contains(symbol) {
            symbols.append(symbol)
        }
        return symbols
    }
}

extension TensorSignature {
    /// The name, type and dimensions for people: input float32[batch, 28, 28, 1].
    var text: String {
        var sizes = dimensions.map(\.description)
        // Exporters call the batch what they like, or number it.
        if case .symbol = dimensions.first { sizes[0] = "batch" }
        return "\(name) \(dtype)[\(sizes.joined(separator: ", "))]"
    }

    /// The shape of some rows for people: [rows, time, 1].
    var rowsText: String { "[\((["rows"] + dimensions.dropFirst().map(\.description)).joined(separator: ", "))]" }
}
