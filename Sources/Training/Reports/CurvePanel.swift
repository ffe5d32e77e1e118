import Glibc

/// One panel of `TrainingCurves`: a few figures over the epochs, with axes and a legend.
struct CurvePanel: Sendable {
    /// The size of a panel, legend included, and where its plot lies.
    static let (width, height) = (720.0, 260.0)
    private static let (left, right, top, bottom) = (64.0, 540.0, 10.0, 220.0)
    /// Colours that people who see few colours tell apart, too (Okabe & Ito 2008).
    private static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

    private let curves: [(name: String, points: [(epoch: Int, value: Double)])]
    private let epochs: ClosedRange<Double>
    private let values: ClosedRange<Double>

    /// Lines that the legend has room for.
    private static let mostCurves = 11

    /// Draws the first of the named figures, each of which is a number at least once.
    init(_ history: TrainingHistory, names: [String]) {
        curves = names.prefix(Self.mostCurves).map { name in (name, history.values(of: name)) }
        let points = curves.flatMap { $0.points.filter { $0.value.isFinite } }
        let numbers = points.map { Double($0.epoch) }
        epochs = Self.range(numbers, least: 1)
        values = Self.range(points.map(\.value), least: 1e-12)
    }

    /// The bounds of numbers, widened when they are one.
    private static func range(_ numbers: [Double], least: Double) -> ClosedRange<Double> {
        let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
        guard high - low < least else { return low...high }
        let margin = max(abs(low) * 0.1, least / 2)
        return low - margin...high + margin
    }

    /// The panel's elements, in its own coordinates.
    var svg: String { grid + curves.indices.map(curve).joined() }

    private func x(_ epoch: Double) -> Double {
        Self.left + (epoch - epochs.lowerBound) / (epochs.upperBound - epochs.lowerBound) * (Self.right - Self.left)
    }

    private func y(_ value: Double) -> Double {
        let height = (value / 2 - values.lowerBound / 2) / (values.upperBound / 2 - values.lowerBound / 2)
        return Self.bottom - height * (Self.bottom - Self.top)
    }

    private var grid: String {
        var svg = ""
        let ticks = AxisTicks.values(from: values.lowerBound, to: values.upperBound, count: 5)
        let step = ticks.count > 1 ? ticks[1] - ticks[0] : 0
        for tick in ticks {
            let place = SVG.number(y(tick))
            svg += """
                <line x1="\(SVG.number(Self.left))" x2="\(SVG.number(Self.right))" y1="\(place)" y2="\(place)" \
                stroke="#dddddd"/><text x="\(SVG.number(Self.left - 6))" y="\(place)" dy="4" text-anchor="end" \
                fill="#555555">\(AxisTicks.label(tick, step: step))</text>

                """
        }
        for tick in AxisTicks.values(from: epochs.lowerBound, to: epochs.upperBound, count: 8)
        where tick == tick.rounded() {
            svg += """
                <text x="\(SVG.number(x(tick)))" y="\(SVG.number(Self.bottom + 18))" text-anchor="middle" \
                fill="#555555">\(FixedDecimal.text(tick, digits: 0))</text>

                """
        }
        return svg + """
            <text x="\(SVG.number((Self.left + Self.right) / 2))" y="\(SVG.number(Self.bottom + 34))" \
            text-anchor="middle" fill="#555555">epoch</text>

            """
    }

    /// A curve with its line in the legend; numbers that are none leave a gap.
    private func curve(_ index: Int) -> String {
        let (name, points) = curves[index]
        let color = Self.colors[index % Self.colors.count]
        // After the last colour the lines are dashed.
        let dash = index < Self.colors.count ? "" : " stroke-dasharray=\"5 3\""
        var path = ""
        var isDown = false
        for point in points {
            if point.value.isFinite {
                let place = "\(SVG.number(x(Double(point.epoch)))) \(SVG.number(y(point.value)))"
                // Where a line begins it gets a piece of no length, whose round ends show a point without neighbours.
                path += isDown ? "L\(place)" : "M\(place)h0"
            }
            isDown = point.value.isFinite
        }
        let row = Self.top + 10 + Double(index) * 18
        return """
            <path d="\(path)" fill="none" stroke="\(color)" stroke-width="2" stroke-linecap="round" \
            stroke-linejoin="round"\(dash)/>
            <line x1="\(SVG.number(Self.right + 14))" x2="\(SVG.number(Self.right + 34))" y1="\(SVG.number(row))" \
            y2="\(SVG.number(row))" stroke="\(color)" stroke-width="2"\(dash)/>\
            <text x="\(SVG.number(Self.right + 40))" y="\(SVG.number(row))" dy="4" \
            fill="#222222">\(SVG.escaped(name))</text>

            """
    }
}
