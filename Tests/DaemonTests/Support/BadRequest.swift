/// A request that a server must refuse, and how.
struct BadRequest: Sendable {
    let bytes: [UInt8]
    /// The status of the answer.
    let status: Int

    private init(_ status: Int, _ text: String) {
        bytes = Array(text.utf8)
        self.status = status
    }

    /// One for `digits-lstm`, whose rows are lists of numbers, unless the rest says something else.
    private static func predict(
        _ status: Int, _ body: String, method: String = "POST", model: String = "digits-lstm", verb: String = "predict",
        type: String = "application/json"
    ) -> BadRequest {
        BadRequest(
            status,
            "\(method) /v1/models/\(model)/\(verb) HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static func infer(_ status: Int, _ body: String, fields: String = "") -> BadRequest {
        BadRequest(
            status,
            "POST /v2/models/digits-lstm/infer HTTP/1.1\r\nHost: localhost\r\n\(fields)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    private static func list(_ element: String, _ count: Int) -> String {
        "[" + [String](repeating: element, count: count).joined(separator: ",") + "]"
    }

    /// After these the connection is good for the next request.
    static let kept: [BadRequest] = [
        predict(400, ""),
        predict(400, "{\"instances\": [[0.5, 1"),
        predict(400, "{\"instances\": [[0.5, \"one\", 2]]}"),
        predict(400, "{\"instances\": [[[1], [2], [3, 4]]]}"),
        predict(400, "{\"instances\": [[0.5, NaN, 2]]}"),
        predict(400, "{\"instances\": \(String(repeating: "[", count: 100))\(String(repeating: "]", count: 100))}"),
        predict(400, "{\"id\": \(String(repeating: "[", count: 100))\(String(repeating: "]", count: 100))}"),
        predict(400, "{\"instances\": [\(list("0", 785))]}", model: "digits-cnn"),
        predict(400, "{\"instances\": \(list("0", 784))}", model: "digits-cnn"),
        predict(404, "{\"instances\": [[1]]}", model: "missing"),
        predict(404, "{\"instances\": [[1]]}", verb: "fly"),
        predict(405, "", method: "GET"),
        predict(415, "{\"instances\": [[1]]}", type: "text/html"),
        predict(400, "{\"instances\": [[1]]}", type: "image/png"),
        predict(400, "no array", type: "application/x-npy"),
        predict(400, "no archive", type: "application/x-npz"),
        predict(400, "odd", type: "application/octet-stream"),
        predict(400, "1,\"2", type: "text/csv"),
        predict(400, "{\"instances\": [[1]]}", type: "application/json\r\nContent-Encoding: gzip"),
        infer(
            413, "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 99999999999], \"datatype\": \"FP32\", \"data\": []}]}"),
        infer(400, "{}", fields: "Inference-Header-Content-Length: 99\r\n"),
        infer(400, "odd", fields: "Inference-Header-Content-Length: 0\r\n"),
    ]

    /// These want a connection of their own: the server closes it after all but the first two, which are long.
    static let alone: [BadRequest] = [
        // More rows than may wait for the model, and more than one request may hold.
        predict(413, "{\"instances\": \(list("[0]", 4097))}"),
        predict(413, "{\"instances\": \(list("[0]", 65_537))}"),
        BadRequest(
            413, "POST /v1/models/digits-lstm/predict HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n"),
        BadRequest(400, "GET /livez HTTP/1.1\r\nHost a\r\n\r\n"),
        BadRequest(431, "GET /livez HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n"),
    ]
}
