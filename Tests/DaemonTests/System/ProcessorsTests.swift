import TestSupport
import Testing

@testable import Daemon

struct ProcessorsTests {
    /// The quota of a process in groups of these names, with these files beside each other.
    private func quota(_ groups: String, _ files: [String: String]) -> Double? {
        let directory = TemporaryDirectory()
        directory.write(groups, to: "own")
        for (name, text) in files { directory.write(text, to: "root/" + name) }
        return Processors.quota(groups: directory.path + "/own", root: directory.path + "/root")
    }

    @Test func aQuotaIsThatOfTheGroupOrOfOneAroundIt() {
        let own = "0::/kubepods/pod1/c1\n"
        #expect(quota(own, ["kubepods/pod1/c1/cpu.max": "150000 100000\n"]) == 1.5)
        #expect(quota(own, ["kubepods/pod1/c1/cpu.max": "max 100000\n", "kubepods/cpu.max": "50000 100000\n"]) == 0.5)
        let both = ["kubepods/pod1/cpu.max": "200000 100000\n", "kubepods/pod1/c1/cpu.max": "400000 100000\n"]
        #expect(quota(own, both) == 2)
    }

    @Test func aContainerSeesItsGroupAsTheRoot() {
        #expect(quota("0::/\n", ["cpu.max": "100000 100000\n"]) == 1)
        #expect(quota("0::/docker/0a1b\n", ["cpu.max": "300000 100000\n"]) == 3)
    }

    @Test func groupsOfVersion1HaveTwoFiles() {
        let own = "11:memory:/a\n4:cpu,cpuacct:/docker/x\n1:name=systemd:/b\n"
        let files = ["cpu/docker/x/cpu.cfs_quota_us": "50000\n", "cpu/docker/x/cpu.cfs_period_us": "20000\n"]
        #expect(quota(own, files) == 2.5)
        #expect(quota(own, ["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"]) == nil)
    }

    @Test(arguments: ["", "0::/\n", "nonsense", "0::/\n\n:::\n", "3:cpu\n"])
    func withoutFilesThereIsNoQuota(groups: String) {
        #expect(quota(groups, [:]) == nil)
    }

    @Test(arguments: ["max\n", "", "0 100000\n", "-5 100000\n", "100000 0\n", "a b\n", "99999999999999999999 1\n"])
    func filesThatSayNothingAreNoQuota(text: String) {
        #expect(quota("0::/\n", ["cpu.max": text]) == nil)
    }

    @Test func aPartOfAProcessorIsOne() {
        #expect(Processors(allowed: 8, quota: nil).count == 8)
        #expect(Processors(allowed: 8, quota: 1.5).count == 2)
        #expect(Processors(allowed: 8, quota: 0.1).count == 1)
        #expect(Processors(allowed: 2, quota: 64).count == 2)
        #expect("\(Processors(allowed: 8, quota: 1.5))" == "2 of 8 by a quota of 1.5")
    }
}
