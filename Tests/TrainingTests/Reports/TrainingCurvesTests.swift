import Testing
import Training

struct TrainingCurvesTests {
    static func history(_ epochs: [MetricList]) -> TrainingHistory {
        epochs.enumerated().reduce(into: TrainingHistory()) {
            $0.append(.init(number: $1.offset + 1, metrics: $1.element))
        }
    }

    static func paths(_ svg: String) -> [Substring] {
        svg.split(separator: "<path d=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
    }

    /// Whether the document has one element inside which all others are opened and closed in turn.
    static func isBalanced(_ svg: String) -> Bool {
        var open: [Substring] = []
        for piece in svg.split(separator: "<", omittingEmptySubsequences: true) {
            guard let end = piece.firstIndex(of: ">") else { return false }
            let tag = piece[..<end]
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
            } else if !tag.hasSuffix("/") {
                open.append(tag.prefix { $0 != " " })
            }
        }
        return open.isEmpty
    }

    @Test func lossesAndOtherFiguresHaveAPanelEach() {
        let svg = TrainingCurves(
            Self.history([
                ["train_loss": 2, "validation_loss": 2.5, "validation_accuracy": 0.5, "learning_rate": 0.1],
                ["train_loss": 1, "validation_loss": 1.5, "validation_accuracy": 0.75, "learning_rate": 0.1],
                ["train_loss": 0.5, "validation_loss": 1.6, "validation_accuracy": 0.8, "learning_rate": 0.1],
            ]), title: "digits 3"
        ).svg
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.hasSuffix("</svg>\n"))
        #expect(Self.isBalanced(svg))
        #expect(svg.split(separator: "<g ").count == 3)
        #expect(Self.paths(svg).count == 3)
        // The largest value of a panel lies at the top, the least at the bottom.
        #expect(Self.paths(svg)[0] == "M64 62.5h0L302 167.5L540 220")
        #expect(Self.paths(svg)[1].hasPrefix("M64 10h0L"))
        #expect(svg.contains(">validation_accuracy</text>") && !svg.contains("learning_rate"))
    }

    @Test func hostileNamesAreEscaped() {
        let svg = TrainingCurves(Self.history([["<b>&\"loss": 1]]), title: "</svg><script>\u{0}").svg
        #expect(Self.isBalanced(svg))
        #expect(svg.contains("&lt;/svg&gt;&lt;script&gt; ") && svg.contains("&lt;b&gt;&amp;&quot;loss"))
    }

    @Test func gapsAndSinglePointsAreDrawn() {
        let svg = TrainingCurves(
            Self.history([["loss": 1], ["loss": .nan], ["loss": 3], ["loss": 2]]), title: ""
        ).svg
        #expect(Self.paths(svg)[0].filter { $0 == "M" }.count == 2)
        #expect(!svg.contains("nan"))
        let single = TrainingCurves(Self.history([["loss": 0]]), title: "").svg
        #expect(Self.paths(single) == ["M302 115h0"])
    }

    @Test func extremeValuesStayInThePicture() {
        for values in [[1e300, -1e300], [1e-300, 0], [5, 5], [Double.greatestFiniteMagnitude, 1]] {
            let svg = TrainingCurves(Self.history(values.map { ["loss": $0] }), title: "").svg
            #expect(Self.isBalanced(svg) && !svg.contains("nan") && !svg.contains("inf"))
        }
    }

    @Test func noEpochIsNoError() {
        let svg = TrainingCurves(TrainingHistory(), title: "empty").svg
        #expect(Self.isBalanced(svg) && Self.paths(svg).isEmpty)
        #expect(svg.contains("No epoch has ended."))
        #expect(Self.paths(TrainingCurves(Self.history([["loss": .nan]]), title: "").svg).isEmpty)
    }
}
