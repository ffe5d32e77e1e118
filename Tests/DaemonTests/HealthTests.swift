import Daemon
import Testing

struct HealthTests {
    @Test(arguments: [
        ("http://127.0.0.1", "127.0.0.1", 80, "/"), ("http://localhost:8080/readyz", "localhost", 8080, "/readyz"),
        ("http://[::1]:81/a?b=c#d", "::1", 81, "/a?b=c"), ("http://10.0.0.1?x", "10.0.0.1", 80, "/?x"),
    ])
    func readsURLs(text: String, host: String, port: UInt16, target: String) throws {
        let url = try HealthURL(text)
        #expect(url.host == host && url.port == port && url.target == target)
    }

    @Test(arguments: [
        "", "https://127.0.0.1/", "127.0.0.1:80", "http://", "http://:80/", "http://127.0.0.1:/", "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/", "http://[::1/", "http://[::1]80/", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/ ",
    ])
    func refusesOtherURLs(text: String) {
        #expect(throws: DaemonError.self) { try HealthURL(text) }
    }

    @Test(arguments: [
        ("127.0.0.1", "http://127.0.0.1:8080/readyz"), ("0.0.0.0", "http://127.0.0.1:8080/readyz"),
        ("::", "http://[::1]:8080/readyz"), ("[::1]", "http://[::1]:8080/readyz"),
        ("10.0.0.7", "http://10.0.0.7:8080/readyz"),
    ])
    func asksWhereTheServerListens(host: String, url: String) {
        var configuration = Configuration()
        configuration.server.host = host
        #expect(HealthURL(configuration.server).description == url)
    }

    @Test func namesAreNotLookedUp() throws {
        let url = try HealthURL("http://example.com/")
        let error = DaemonError.usage(
            "--url: expected an IPv4 or IPv6 address or localhost as the host, got \"example.com\"")
        #expect(throws: error) { try HealthProbe.ask(url) }
    }
}
