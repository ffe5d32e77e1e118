extension Setting {
    /// Every setting, in the order of the configuration file. A new one is a field of `Configuration`, a line here and
    /// a paragraph in config/apus.toml.
    static let all: [Setting] = [
        .text("server.host", \.server.host),
        .integer("server.port", in: 0...65_535, \.server.port),
        .integer("server.loops", in: 0...1024, \.server.loops),
        .integer("server.max_connections", in: 1...1_000_000, \.server.maxConnections),
        .integer("server.max_body_bytes", in: 0...(1 << 40), \.server.maxBodyBytes),
        .integer("server.max_head_bytes", in: 8448...(16 << 20), \.server.maxHeadBytes),
        .number("server.idle_timeout_s", in: 0.001...86_400, \.server.idleTimeoutSeconds),
        .number("server.drain_delay_s", in: 0...3600, \.server.drainDelaySeconds),
        .number("server.drain_timeout_s", in: 0...3600, \.server.drainTimeoutSeconds),
        .text("repository.models", \.repository.models),
        .choice("repository.watch", \.repository.watch),
        .number("repository.poll_interval_s", in: 0.01...86_400, \.repository.pollIntervalSeconds),
        .number("repository.settle_s", in: 0...3600, \.repository.settleSeconds),
        .integer("repository.memory_budget_mb", in: 0...1_000_000_000, \.repository.memoryBudgetMegabytes),
        .integer("engine.threads", in: 0...1024, \.engine.threads),
        // The name that is short to type before any command.
        .choice("engine.isa", variable: "APUS_ISA", \.engine.isa),
        .text("data.directory", \.data.directory),
        .integer("training.max_jobs", in: 1...64, \.training.maxJobs),
        .integer("training.max_queued", in: 1...100_000, \.training.maxQueued),
        .integer("training.threads", in: 0...1024, \.training.threads),
        .choice("training.priority", \.training.priority),
        .number("training.share", in: 0.01...1, \.training.share),
        .integer("training.memory_limit_mb", in: 0...1_000_000_000, \.training.memoryLimitMegabytes),
        .number("training.stop_grace_s", in: 0...3600, \.training.stopGraceSeconds),
        .choice("log.level", \.log.level),
    ]
}
