/// What a request may hold at the most; larger ones are refused before they are computed.
package struct APILimits: Sendable {
    /// Rows of one predict request.
    package var maximumRows = 65_536
    /// Numbers of one input of a predict request, all rows together.
    package var maximumElements = 1 << 26

    package init() {}
}
