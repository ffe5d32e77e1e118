/// The history of a training as a picture: losses and errors in one panel, the other figures below, over the epochs.
package struct TrainingCurves: Sendable {
    private let title: String
    private let panels: [CurvePanel]

    /// The curves of a history, below a title.
    package init(_ history: TrainingHistory, title: String) {
        self.title = title
        let names = history.names.filter { name in
            name != "learning_rate" && history.values(of: name).contains { $0.value.isFinite }
        }
        let losses = names.filter { !MetricGoal($0).isMaximized }
        let others = names.filter { MetricGoal($0).isMaximized }
        panels = [losses, others].filter { !$0.isEmpty }.map { CurvePanel(history, names: $0) }
    }

    /// The picture as an SVG document (SVG 1.1), readable on light and on dark ground.
    package var svg: String {
        let (width, headHeight) = (CurvePanel.width, 40.0)
        let height = headHeight + Double(max(panels.count, 1)) * CurvePanel.height
        var svg = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(SVG.number(width)) \(SVG.number(height))" \
            width="\(SVG.number(width))" height="\(SVG.number(height))" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="16" y="25" font-size="16" fill="#222222">\(SVG.escaped(title))</text>

            """
        for (index, panel) in panels.enumerated() {
            svg += """
                <g transform="translate(0 \(SVG.number(headHeight + Double(index) * CurvePanel.height)))">
                \(panel.svg)</g>

                """
        }
        if panels.isEmpty { svg += "<text x=\"16\" y=\"70\" fill=\"#555555\">No epoch has ended.</text>\n" }
        return svg + "</svg>\n"
    }
}
