/// Consecutive steps of one granularity.
struct Segment: Sendable, Equatable {
    let granularity: Step.Granularity
    let steps: Range<Int>

    /// Cuts a list of steps where the granularity changes.
    static func segments(of granularities: [Step.Granularity]) -> [Segment] {
        var result = [Segment]()
        var start = 0
        for index in granularities.indices
        where index + 1 == granularities.count
            || granularities[index + 1] != granularities[index]
        {
            result.append(Segment(granularity: granularities[index], steps: start..<(index + 1)))
            start = index + 1
        }
        return result
    }
}
