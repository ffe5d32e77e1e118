package enum DatasetError: Error, Equatable, CustomStringConvertible {
    case none; package var description: String { "" }
}
