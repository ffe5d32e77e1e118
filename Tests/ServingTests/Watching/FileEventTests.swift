import CSystem
@testable import Serving
import Testing

struct FileEventTests {
    /// An event as the kernel writes it, its name padded to a multiple of 16.
    private func bytes(_ watch: Int32, _ mask: UInt32, _ name: String) -> [UInt8] {
        let padded = name.isEmpty ? 0 : (name.utf8.count / 16 + 1) * 16
        let head = [UInt32(bitPattern: watch), mask, 0, UInt32(padded)]
        let words = head.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        return words + Array(name.utf8) + [UInt8](repeating: 0, count: padded - name.utf8.count)
    }

    private func events(_ bytes: [UInt8]) -> [FileEvent] { bytes.withUnsafeBytes { FileEvent.events(in: $0) } }

    @Test func eventsAreReadOneBehindTheOther() {
        let all =
            bytes(3, csystem_file_created, "model.onnx") + bytes(4, csystem_watch_ended, "")
            + bytes(-1, csystem_events_lost, "") + bytes(5, csystem_file_written, "a-name-of-more-than-16-bytes")
        let found = events(all)
        #expect(found.map(\.watch) == [3, 4, -1, 5])
        #expect(found.map(\.name) == ["model.onnx", "", "", "a-name-of-more-than-16-bytes"])
        #expect(found.map(\.isCreation) == [true, false, false, false])
        #expect(found.map(\.isEndOfWatch) == [false, true, false, false])
        #expect(found.map(\.isLoss) == [false, false, true, false])
        #expect(found.map(\.isWriting) == [false, false, false, true])
    }

    @Test func whatIsCutShortIsLeftOut() {
        let all = bytes(1, csystem_file_written, "one") + bytes(2, csystem_file_written, "two")
        for count in 0...all.count {
            let found = events(Array(all.prefix(count)))
            #expect(found.count == (count < 32 ? 0 : count < 64 ? 1 : 2))
        }
    }
}
