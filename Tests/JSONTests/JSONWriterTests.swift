import JSON
import Testing

struct JSONWriterTests {
    private func text(_ writer: JSONWriter) -> String { String(decoding: writer.bytes, as: UTF8.self) }

    @Test func writesADocument() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.append(1)
        writer.key("b\"")
        writer.beginArray()
        writer.append(true)
        writer.append(false)
        writer.appendNull()
        writer.append(UInt64.max)
        writer.append(Int.min)
        writer.append(0.1)
        writer.append(1e300)
        writer.append(Double.nan)
        writer.append("é\u{1}\u{1F}\n\\/")
        writer.appendRaw("{\"raw\":1}".utf8)
        writer.endArray()
        writer.key("c")
        writer.beginObject()
        writer.endObject()
        writer.key("d")
        writer.beginArray()
        writer.endArray()
        #expect(!writer.isComplete)
        writer.endObject()
        #expect(writer.isComplete)
        #expect(
            text(writer) == #"{"a":1,"b\"":[true,false,null,18446744073709551615,-9223372036854775808,0.1,1e+300,"#
                + #"null,"é\u0001\u001f\n\\/",{"raw":1}],"c":{},"d":[]}"#)
        writer.removeAll()
        writer.append("again")
        #expect(text(writer) == "\"again\"")
    }

    @Test func everyAsciiStringComesBack() throws {
        let all = String((0...0x17F).compactMap { Unicode.Scalar(UInt32($0)) }.map(Character.init))
        var writer = JSONWriter()
        writer.append(all)
        #expect(try reading(text(writer)) { try $0.readString() } == all)
    }

    @Test(
        arguments: [
            ([], "0.0"), ([1], "[0.0]"), ([3], "[0.0,1.0,2.0]"), ([2, 2], "[[0.0,1.0],[2.0,3.0]]"),
            ([2, 1, 2], "[[[0.0,1.0]],[[2.0,3.0]]]"), ([2, 2, 1], "[[[0.0],[1.0]],[[2.0],[3.0]]]"), ([0], "[]"),
            ([2, 0], "[[],[]]"), ([0, 2], "[]"),
        ] as [([Int], String)])
    func tensors(_ shape: [Int], _ expected: String) {
        var writer = JSONWriter()
        let elements = (0..<8).map(Float.init)
        elements.withUnsafeBufferPointer { if let base = $0.baseAddress { writer.appendTensor(base, shape: shape) } }
        #expect(text(writer) == expected)
    }

    @Test func tensorsThatAreNotFinite() {
        let elements: [Float] = [.nan, 1, .infinity, -.infinity]
        for (policy, expected) in [
            (.null, "[[null,1.0],[null,null]]"), (.token, "[[NaN,1.0],[Infinity,-Infinity]]"),
        ] as [(JSONWriter.NonFinitePolicy, String)] {
            var writer = JSONWriter(nonFinitePolicy: policy)
            elements.withUnsafeBufferPointer {
                if let base = $0.baseAddress { writer.appendTensor(base, shape: [2, 2]) }
            }
            #expect(text(writer) == expected)
        }
    }

    @Test func tensorsComeBackThroughTheReader() throws {
        var random = SeededGenerator(state: 6)
        let elements = (0..<6000).map { _ in
            Float(bitPattern: UInt32.random(in: 0..<0x7F80_0000, using: &random))
                * (Bool.random(using: &random) ? 1 : -1)
        }
        for shape in [[6000], [2, 3000], [10, 20, 30], [6000, 1], [1, 6000], [5, 4, 3, 100]] {
            var writer = JSONWriter(capacity: 0)
            elements.withUnsafeBufferPointer {
                if let base = $0.baseAddress { writer.appendTensor(base, shape: shape) }
            }
            let tensor = try readRows(text(writer), Array(shape.dropFirst()))
            #expect(tensor.rows == shape[0])
            #expect(tensor.elements.map(\.bitPattern) == elements.map(\.bitPattern))
        }
    }

    @Test func misuseTraps() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.append(1)
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            writer.endObject()
        }
    }
}
