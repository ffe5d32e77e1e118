/// One element's share in a weighted sum along an axis.
struct FilterTap: Sendable, Equatable {
    /// The element, counted from 0.
    let index: Int
    let weight: Float
}
