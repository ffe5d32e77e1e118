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

    /// Two sizes, before and after, for each of `rank` dimensions: a number for all, a number for each dimension, or a
    /// pair for each. Of one dimension there is one pair.
    mutating func pairs(_ name: String, rank: Int) throws(FieldError) -> [(before: Int, after: Int)]? {
        guard let value = value(name) else { return nil }
        let range = 0...(1 << 16)
        func pair(_ value: JSONValue) -> (before: Int, after: Int)? {
            if let size = value.int, range.contains(size) { return (size, size) }
            guard let list = value.array?.compactMap(\.int), value.array?.count == 2, list.count == 2,
                list.allSatisfy(range.contains)
            else { return nil }
            return (list[0], list[1])
        }
        if rank == 1 || value.int != nil, let pair = pair(value) { return [_](repeating: pair, count: rank) }
        guard let list = value.array, list.count == rank, case let pairs = list.compactMap(pair), pairs.count == rank
        else {
            throw error(name, "an integer in 0...\(range.upperBound), or \(rank) of them, or \(rank) pairs", value)
        }
        return pairs
    }

    /// One number or a list of them.
    mutating func numberOrList(_ name: String) throws(FieldError) -> [Double]? {
        guard let value = value(name) else { return nil }
        let list = value.array ?? [value]
        let numbers = list.compactMap(\.double).filter((-3e38...3e38).contains)
        guard numbers.count == list.count, !numbers.isEmpty else {
            throw error(name, "a number or a list of them", value)
        }
        return numbers
    }

    /// One dimension or a list of them, as Keras counts them.
    mutating func axes(_ name: String = "axis") throws(FieldError) -> [Int]? {
        guard let value = value(name) else { return nil }
        let list = value.array ?? [value]
        let axes = list.compactMap(\.int).filter((-8...8).contains)
        guard axes.count == list.count else { throw error(name, "an integer in -8...8 or a list of them", value) }
        return axes
    }

    /// The name of an initialiser; nil when left out.
    mutating func initializer(_ name: String) throws(FieldError) -> String? {
        guard let string = try string(name) else { return nil }
        guard InitializerName.all.contains(string) else {
            throw error(name, "one of \(InitializerName.all.joined(separator: ", "))", .string(string))
        }
        return string
    }

    /// An activation by its name; linear when left out. Only as a layer of its own may it halve the last dimension.
    mutating func activation(
        _ name: String = "activation", allowsHalving: Bool = false
    ) throws(FieldError) -> Activation {
        guard let string = try string(name) else { return .linear }
        guard let activation = Activation(name: string), activation != .glu || allowsHalving else {
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

    /// Adds two sizes for each dimension.
    mutating func append(_ name: String, _ pairs: [(before: Int, after: Int)]) {
        let lists = pairs.map { JSONValue([$0.before, $0.after]) }
        append(JSONMember(name, lists.count == 1 ? lists[0] : .array(lists)))
    }

    /// Adds numbers, one of them as itself.
    mutating func append(_ name: String, _ numbers: [Double]) {
        append(JSONMember(name, numbers.count == 1 ? .number(numbers[0]) : .array(numbers.map { .number($0) })))
    }

    /// Adds an activation unless it is none.
    mutating func append(_ activation: Activation) {
        if activation != .linear { append(JSONMember("activation", .string(activation.name))) }
    }
}
