/// A complete response. Date, Content-Length and Connection are the serializer's matter.
package struct HTTPResponse: Sendable, Equatable {
    /// One further field.
    package struct Field: Sendable, Equatable {
        /// A token.
        package var name: String
        /// Control characters in it are sent as spaces.
        package var value: String

        /// - Parameters:
        ///   - name: A token.
        ///   - value: The value without white space around it.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status.
    package var status: HTTPStatus
    /// The value of Content-Type; nil for a response without content. A literal costs no allocation.
    package var contentType: String?
    /// Further fields in the order they are sent; not Date, Content-Length, Content-Type, Connection, Transfer-Encoding.
    package var fields: [Field]
    /// The content, already encoded.
    package var body: [UInt8]

    /// - Parameters:
    ///   - status: The status.
    ///   - contentType: The value of Content-Type.
    ///   - fields: Further fields.
    ///   - body: The content.
    package init(status: HTTPStatus, contentType: String? = nil, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }
}
