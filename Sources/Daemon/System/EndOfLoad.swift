/// Finds the moments at which a load has ended, from how much was done so far. Looked at in equal steps of time.
struct EndOfLoad {
    /// Less than so much in a step is no load.
    private static let least = 100
    /// A load has ended when a step brings no more than this part of the most.
    private static let part = 10

    private var total = 0
    /// The most of one step since a load ended last.
    private var most = 0

    /// Takes the next look.
    /// - Parameter newTotal: What was done so far, such as requests that were answered.
    /// - Returns: Whether a load has ended since the last look; once for each.
    mutating func hasCome(total newTotal: Int) -> Bool {
        let step = newTotal - total
        total = newTotal
        most = max(most, step)
        guard most >= Self.least, step <= most / Self.part else { return false }
        most = step
        return true
    }
}
