import Testing

@testable import Daemon

struct DescriptorLimitTests {
    @Test(arguments: [(1_048_576, 1_048_384), (1024, 832), (384, 192), (64, 32), (1, 1), (0, 1)])
    func somethingIsLeftForTheProcessItself(limit: Int, connections: Int) {
        #expect(DescriptorLimit.connections(of: limit) == connections)
    }
}
