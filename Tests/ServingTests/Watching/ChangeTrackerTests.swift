@testable import Serving
import TestSupport
import Testing

/// A tracker whose looks can be expected something of.
private final class Looks {
    private var tracker: ChangeTracker

    /// Changes must have been over for 100 ns.
    init(followed: [String: DirectoryFingerprint]) {
        tracker = ChangeTracker(followed: followed, settleNanoseconds: 100)
    }

    var names: Set<String> { tracker.names }
    var changingNames: Set<String> { tracker.changingNames }

    func look(
        _ name: String, _ files: DirectoryFingerprint?, isBeingWritten: Bool = false, at now: UInt64
    ) -> Bool {
        tracker.look(name, files, isBeingWritten: isBeingWritten, at: now)
    }
}

struct ChangeTrackerTests {
    private let files = TemporaryDirectory()

    private let directory: Directory

    init() throws { directory = try Directory(root: files.path) }

    private func look(_ name: String) -> DirectoryFingerprint {
        DirectoryFingerprint("\(files.path)/\(name)", in: directory)
    }

    @Test func aChangeIsFollowedOnceItIsOver() {
        files.write("a", to: "m/1/model.onnx")
        let first = look("m")
        let tracker = Looks(followed: ["m": first])
        #expect(!tracker.look("m", first, at: 0))
        #expect(tracker.changingNames.isEmpty)
        files.write("ab", to: "m/1/model.onnx")
        let second = look("m")
        #expect(!tracker.look("m", second, at: 10))
        #expect(!tracker.look("m", second, at: 109))
        #expect(tracker.changingNames == ["m"])
        #expect(tracker.look("m", second, at: 110))
        #expect(tracker.changingNames.isEmpty)
        #expect(!tracker.look("m", second, at: 500))
    }

    @Test func aFileThatGrowsOrIsBeingWrittenIsWaitedFor() {
        let tracker = Looks(followed: [:])
        for length in 1...5 {
            files.write(String(repeating: "x", count: length), to: "m/1/model.onnx")
            #expect(!tracker.look("m", look("m"), at: UInt64(length * 1000)))
        }
        let last = look("m")
        #expect(!tracker.look("m", last, isBeingWritten: true, at: 9000))
        #expect(!tracker.look("m", last, at: 9099))
        #expect(tracker.look("m", last, at: 9100))
    }

    @Test func whatGoesAndWhatComesBackIsNoticed() {
        files.write("a", to: "m/1/model.onnx")
        let there = look("m")
        let tracker = Looks(followed: ["m": there])
        #expect(!tracker.look("m", nil, at: 0))
        // It is back before anybody followed.
        #expect(!tracker.look("m", there, at: 200))
        #expect(tracker.changingNames.isEmpty)
        #expect(!tracker.look("m", nil, at: 300))
        #expect(tracker.look("m", nil, at: 400))
        #expect(!tracker.names.contains("m"))
    }

    @Test func fingerprintsSeeWhatCounts() {
        files.write("a", to: "m/1/model.onnx")
        let first = look("m")
        #expect(look("m") == first)
        files.write("[batching]", to: "m/apus.toml")
        let second = look("m")
        #expect(second != first)
        files.write("{}", to: "m/labels.json")
        files.write("x", to: "m/.hidden/model.onnx")
        #expect(look("m") == second)
        // A file of the same length in the place of another one.
        files.write("b", to: "m/1/new")
        files.rename("m/1/new", to: "m/1/model.onnx")
        #expect(look("m") != second)
        #expect(look("n") == look("n") && look("n") != first)
    }
}
