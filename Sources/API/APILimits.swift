/// What a request may hold at the most; larger ones are refused before they are computed.
package struct APILimits: Sendable {
    /// Rows of one predict request.
    package var maximumRows = 65_536
    /// Numbers of one input of a predict request, all rows together.
    package var maximumElements = 1 << 26

    /// Bytes of one request's body after decompression. Default: 64 MiB.
    package var maximumInflatedBytes = 64 << 20

    /// Files of a version that is sent.
    package var maximumFiles = 1000

    package init() {}
}
