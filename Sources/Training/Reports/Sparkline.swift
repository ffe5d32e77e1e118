/// A curve in one line of text: `█▆▄▃▂▂▁▁`.
package enum Sparkline {
    private static let levels: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// The values from the least (▁) to the largest (█); a space for what is no number. Equal values lie in the middle.
    /// More values than `width`, which is at least 1, are averaged in groups of neighbours.
    package static func text(_ values: [Double], width: Int = 40) -> String {
        precondition(width >= 1, "a line has a width")
        let points = values.count <= width ? values : grouped(values, into: width)
        let finite = points.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else {
            return String(repeating: " ", count: points.count)
        }
        return String(
            points.map { value -> Character in
                guard value.isFinite else { return " " }
                guard high > low else { return levels[levels.count / 2 - 1] }
                // Halves first: the difference of two very large numbers overflows.
                let height = (value / 2 - low / 2) / (high / 2 - low / 2)
                return levels[min(Int(height * Double(levels.count)), levels.count - 1)]
            })
    }

    /// The mean of each of `count` groups of neighbours; the numbers of a group only, when there are any.
    private static func grouped(_ values: [Double], into count: Int) -> [Double] {
        (0..<count).map { group in
            let part = values[group * values.count / count..<(group + 1) * values.count / count].filter(\.isFinite)
            return part.reduce(0) { $0 + $1 / Double(part.count) } + (part.isEmpty ? .nan : 0)
        }
    }
}
