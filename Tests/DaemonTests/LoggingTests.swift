import Logging
import Testing

@testable import Daemon

struct LoggingTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (1_735_689_599_001, "2024-12-31T23:59:59.001Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func timestampsAreRFC3339(milliseconds: Int, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
    }

    @Test func anEventIsOneLineWithSortedFields() {
        let line = StandardErrorLogHandler.line(
            Timestamp(milliseconds: 0), .warning, "daemon", "two\nlines",
            ["port": "80", "empty": "", "text": "a b", "forged": "x\n1970"])
        #expect(
            line == "1970-01-01T00:00:00.000Z warning daemon: two\\nlines empty=\"\" forged=\"x\\n1970\" port=80 "
                + "text=\"a b\"\n")
    }
}
