import ArgumentParser
import Daemon

/// The options of `apus bench --url`.
struct LoadOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Send requests to this address instead.", valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("Requests a second, whether or not earlier ones were answered.", valueName: "number"))
    var rate: Double?

    @Option(help: ArgumentHelp("When requests leave: poisson (at random) or fixed.", valueName: "name"))
    var arrivals = LoadPlan.Arrivals.poisson

    @Option(
        help: ArgumentHelp(
            "With a rate, microseconds between looks at what is due and what has come; adds up to so much to latencies.",
            valueName: "number"))
    var tick = 0.0

    @Option(help: ArgumentHelp("Connections that are held open.", valueName: "number"))
    var connections = 32

    @Option(help: ArgumentHelp("Send what is in this file; without it, requests are GETs.", valueName: "file"))
    var body: String?

    @Option(name: .long, help: ArgumentHelp("What the body is.", valueName: "type"))
    var contentType = "application/json"

    @Option(
        name: .long, help: ArgumentHelp("A further field of each request; may be repeated.", valueName: "name: value"))
    var header: [String] = []

    @Option(help: ArgumentHelp("Seed of the times at which requests leave.", valueName: "number"))
    var seed: UInt64 = 1

    /// The load; nil without an address.
    func plan(seconds: Double) throws -> LoadPlan? {
        guard let url else { return nil }
        var plan = LoadPlan(url: try HealthURL(url))
        plan.rate = rate
        plan.arrivals = arrivals
        plan.tick = tick
        plan.seed = seed
        plan.connections = connections
        plan.seconds = seconds
        plan.body = try body.map { try LoadPlan.body(in: $0) }
        plan.contentType = contentType
        plan.fields = header
        return plan
    }
}

extension LoadPlan.Arrivals: ExpressibleByArgument {}
