import JSON

/// How the settings that several layers share are read and written.
extension JSONFields {
    /// Largest size of anything in an architecture: units, channels, windows, words.
    static let largestSize = 1 << 24

    /// A size of at least 1 that must be there.
    mutating func size(_ name: String) throws(FieldError) -> Int {
        try required(name, try integer(name, in: 1...Self.largestSize))
    }

    /// One size for each of `rank` dimensions, given as a number for all or as a list; nil when left out.
    mutating func sizes(_ name: String, rank: Int, from lowest: Int = 1) throws(FieldError) -> [Int]? {
        guard let value = value(name) else { return nil }
        let range = lowest...(1 << 10)
        if let size = value.int, range.contains(size) { return [Int](repeating: size, count: rank) }
        guard let list = value.array?.compactMap(\.int), list.count == value.array?.count, list.count == rank,
            list.allSatisfy(range.contains)
        else {
            let counts = rank == 1 ? "" : " or a list of \(rank)"
            throw error(name, "an integer in \(lowest)...\(range.upperBound)\(counts)", value)
        }
        return list
    }

    /// The name of an initialiser; nil when left out.
    mutating func initializer(_ name: String) throws(FieldError) -> String? {
        guard let string = try string(name) else { return nil }
        guard InitializerName.all.contains(string) else {
            throw error(name, "one of \(InitializerName.all.joined(separator: ", "))", .string(string))
        }
        return string
    }

    /// An activation by its name; linear when left out.
    mutating func activation(_ name: String = "activation") throws(FieldError) -> Activation {
        guard let string = try string(name) else { return .linear }
        guard let activation = Activation(name: string) else {
            throw error(name, "one of \(Activation.names.joined(separator: ", "))", .string(string))
        }
        return activation
    }
}

extension [JSONMember] {
    /// Adds a setting that may be left out.
    mutating func append(_ name: String, _ value: String?) {
        if let value { append(JSONMember(name, .string(value))) }
    }

    /// Adds a setting unless it has its usual value.
    mutating func append(_ name: String, _ value: Bool, unless usual: Bool) {
        if value != usual { append(JSONMember(name, .bool(value))) }
    }

    /// Adds one size for each dimension.
    mutating func append(_ name: String, _ sizes: [Int]) {
        append(JSONMember(name, sizes.count == 1 ? .integer(sizes[0]) : JSONValue(sizes)))
    }

    /// Adds an activation unless it is none.
    mutating func append(_ activation: Activation) {
        if activation != .linear { append(JSONMember("activation", .string(activation.name))) }
    }
}
