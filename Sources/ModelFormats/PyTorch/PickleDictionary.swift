/// A dictionary of a pickle. Keys other than text are not kept: nothing with a use here has them.
struct PickleDictionary {
    /// In the order in which keys came first.
    private(set) var entries: [(key: String, value: PickleValue)] = []
    private var places: [String: Int] = [:]

    subscript(key: String) -> PickleValue? { places[key].map { entries[$0].value } }

    /// Sets a value as Python does: a later one replaces an earlier one in its place.
    mutating func set(_ key: String, _ value: PickleValue) {
        if let place = places[key] {
            entries[place].value = value
        } else {
            places[key] = entries.count
            entries.append((key, value))
        }
    }
}
