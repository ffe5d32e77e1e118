/// Parameters that lie together in the arena and are trained alike.
package struct ParameterRange: Sendable, Equatable {
    /// Where they lie, in floats.
    package let range: Range<Int>
    /// Whether weight decay acts on them.
    package let isDecayed: Bool

    package init(_ range: Range<Int>, isDecayed: Bool = true) {
        self.range = range
        self.isDecayed = isDecayed
    }

    /// Neighbours that are treated alike made one, so that a step takes few calls. The ranges rise and do not overlap.
    package static func merged(_ ranges: [ParameterRange]) -> [ParameterRange] {
        ranges.reduce(into: []) { merged, next in
            if let last = merged.last, last.range.upperBound == next.range.lowerBound,
                last.isDecayed == next.isDecayed
            {
                merged[merged.count - 1] = ParameterRange(
                    last.range.lowerBound..<next.range.upperBound, isDecayed: last.isDecayed)
            } else if !next.range.isEmpty {
                merged.append(next)
            }
        }
    }

    /// The same ranges cut into `parts` lists of nearly equal size, for as many threads. Cuts lie at multiples of 16
    /// floats from a range's start, so that two threads share no cache line of an aligned arena.
    package static func split(_ ranges: [ParameterRange], parts: Int) -> [[ParameterRange]] {
        precondition(parts > 0, "at least one part")
        let total = ranges.reduce(0) { $0 + $1.range.count }
        let share = ((total + parts - 1) / parts + 15) / 16 * 16
        var result = [[ParameterRange]](repeating: [], count: parts)
        var (part, room) = (0, share)
        for range in ranges {
            var rest = range.range
            while !rest.isEmpty {
                if room < 16, part < parts - 1 { (part, room) = (part + 1, share) }
                let taken = part == parts - 1 ? rest.count : min(rest.count, room / 16 * 16)
                let piece = rest.prefix(taken)
                result[part].append(ParameterRange(piece.startIndex..<piece.endIndex, isDecayed: range.isDecayed))
                rest = piece.endIndex..<rest.upperBound
                room -= taken
            }
        }
        return result
    }
}
