import API
import Dispatch
import Glibc
import HTTP
import Jobs
package import Logging
import Network
import Serving
import Synchronization
import Tensors

/// The serving process: reads no file but the models, builds the parts, and runs until it is asked to stop.
///
/// Life of the process: signals are taken over, the server listens (so that `/livez` answers), the models are loaded
/// side by side, `/readyz` says yes; after SIGTERM, SIGINT or SIGHUP `/readyz` says no, the server drains, the models stop.
package final class Daemon: Sendable {
    private let effective: EffectiveConfiguration
    private let processors = Processors.available
    private let logger: Logger
    private let started = DispatchTime.now()
    private let readiness = Readiness()
    private let stopped = DispatchSemaphore(value: 0)

    /// - Parameter effective: What `ConfigurationSources` resolved.
    package convenience init(_ effective: EffectiveConfiguration) {
        let level = effective.configuration.log.level
        self.init(
            effective, logger: Logger(label: "daemon") { StandardErrorLogHandler(label: $0, level: level) })
    }

    /// - Parameters:
    ///   - effective: What `ConfigurationSources` resolved.
    ///   - logger: Where events go.
    package init(_ effective: EffectiveConfiguration, logger: Logger) {
        self.effective = effective
        self.logger = logger
    }

    private var configuration: Configuration { effective.configuration }

    /// Serves until a signal asks to stop. Call on the main thread, once.
    /// - Returns: The status to end the process with.
    /// - Throws: `DaemonError` when the daemon cannot start.
    package func run() throws(DaemonError) -> Int32 {
        UnusedMemory.limitHeaps(processors)
        let signals = TerminationSignals()
        logSettings()
        let models = configuration.repository.models
        if let reason = Files.refusal(ofDirectory: models) {
            throw .modelsDirectory(models, reason: reason, from: effective.origin(of: "repository.models"))
        }
        let repository = ModelRepository(configuration: repositoryConfiguration(), engine: try makeEngine())
        // Before anything is loaded, so that no change is missed.
        let watcher = makeWatcher(repository)
        let setup = TrainingWiring(
            configuration, repository: repository, kernels: try effective.kernels(), logger: logger)
        let training = setup.service()
        try setup.openIfPresent(training)
        let gauge = ConnectionGauge()
        var limits = APILimits()
        limits.maximumInflatedBytes = configuration.server.maxBodyBytes
        let handler = APIHandler(
            repository: repository, readiness: readiness, limits: limits, training: training, connections: gauge)
        let server = Server(configuration: serverConfiguration(), handler: handler, gauge: gauge)
        do {
            try server.start()
        } catch {
            throw .network(error)
        }
        let (host, port) = (configuration.server.host, Int(server.port))
        logger.info("listening", metadata: ["host": "\(host)", "port": "\(port)"])
        signals.watch { @Sendable [self] number in stop(server, repository, training, signal: number) }
        DispatchQueue(label: "apus.load").async { @Sendable [self] in
            load(repository, port: port)
            watcher.start()
            setup.startJobs(training)
        }
        let unusedMemory = UnusedMemory { handler.answerCount }
        withExtendedLifetime((signals, unusedMemory)) { stopped.wait() }
        watcher.stop()
        logger.info("stopped")
        return 0
    }

    // MARK: Starting

    private func logSettings() {
        for entry in effective.entries {
            logger.info("setting \(entry.key) = \(entry.value) (\(entry.origin))")
        }
    }

    /// One pool of threads for all models.
    private func makeEngine() throws(DaemonError) -> NativeEngine {
        let kernels = try effective.kernels()
        let threads = configuration.engine.threads == 0 ? processors.count : configuration.engine.threads
        logger.info(
            "engine",
            metadata: ["isa": "\(kernels.level)", "threads": "\(threads)", "processors": "\(processors)"])
        return NativeEngine(kernels: kernels, pool: threads > 1 ? ComputePool(threads: threads) : nil)
    }

    private func repositoryConfiguration() -> ModelRepository.Configuration {
        var chosen = ModelRepository.Configuration(directory: configuration.repository.models)
        let megabytes = configuration.repository.memoryBudgetMegabytes
        chosen.concurrentBatches = processors.count
        chosen.memoryBudget = megabytes == 0 ? nil : megabytes * 1_000_000
        return chosen
    }

    private func makeWatcher(_ repository: ModelRepository) -> RepositoryWatcher {
        var chosen = RepositoryWatcher.Configuration()
        chosen.mode = configuration.repository.watch
        chosen.pollSeconds = configuration.repository.pollIntervalSeconds
        chosen.settleSeconds = configuration.repository.settleSeconds
        return RepositoryWatcher(repository, chosen) { @Sendable [self] event in
            switch event {
            case .followed(let name, nil): logger.info("model directory changed", metadata: ["model": "\(name)"])
            case .followed(let name, let reason?):
                logger.warning("changes refused", metadata: ["model": "\(name)", "reason": "\(reason)"])
            case .polls(let reason): logger.warning("polling the models", metadata: ["reason": "\(reason)"])
            }
        }
    }

    private func serverConfiguration() -> ServerConfiguration {
        let chosen = configuration.server
        var server = ServerConfiguration()
        server.host = chosen.host
        server.port = UInt16(chosen.port)
        server.loops = chosen.loops
        server.threads = min(processors.count, ServerConfiguration.maximumThreads)
        server.limits.maximumBodyBytes = chosen.maxBodyBytes
        server.limits.maximumHeadBytes = chosen.maxHeadBytes
        server.idleTimeout = .seconds(chosen.idleTimeoutSeconds)
        let descriptors = DescriptorLimit.raise()
        server.maximumConnections = min(chosen.maxConnections, DescriptorLimit.connections(of: descriptors))
        if server.maximumConnections < chosen.maxConnections {
            logger.warning(
                "fewer open files are allowed than server.max_connections asks for; raise the limit (ulimit -n)",
                metadata: [
                    "allowed": "\(descriptors)", "max_connections": "\(chosen.maxConnections)",
                    "connections": "\(server.maximumConnections)",
                ])
        }
        return server
    }

    private func load(_ repository: ModelRepository, port: Int) {
        do throws(ServingError) {
            try repository.loadAll()
        } catch {
            logger.error("the models cannot be listed", metadata: ["reason": "\(error)"])
        }
        let index = repository.index()
        for status in index { log(status) }
        readiness.setLoaded()
        let ready = index.filter { $0.state == .ready }
        let failed = index.count { $0.state == .failed }
        let metadata: Logger.Metadata = [
            "startup_ms": "\((DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1_000_000)",
            "models": "\(ready.map { "\($0.model)/\($0.version ?? 0)" }.joined(separator: ","))",
            "failed": "\(failed)", "port": "\(port)",
        ]
        if ready.isEmpty, failed > 0 {
            logger.error("no model could be loaded", metadata: metadata)
        } else {
            logger.info("ready", metadata: metadata)
        }
    }

    private func log(_ status: VersionStatus) {
        var metadata: Logger.Metadata = ["model": "\(status.model)"]
        if let version = status.version { metadata["version"] = "\(version)" }
        if status.state == .failed {
            metadata["reason"] = "\(status.reason)"
            logger.warning("model refused", metadata: metadata)
        } else if let load = status.load {
            metadata["read_ms"] = "\(load.readMilliseconds)"
            metadata["compile_ms"] = "\(load.compileMilliseconds)"
            metadata["verify_ms"] = "\(load.verifyMilliseconds)"
            metadata["packed_bytes"] = "\(load.packedBytes)"
            logger.debug("model loaded", metadata: metadata)
        }
    }

    // MARK: Stopping

    /// Seconds that the models may take to finish after the server has drained.
    private static let modelStopSeconds = 3.0

    private func stop(
        _ server: Server, _ repository: ModelRepository, _ training: TrainingService, signal number: Int32
    ) {
        readiness.setDraining()
        let delay = number == SIGINT ? 0 : configuration.server.drainDelaySeconds
        let timeout = configuration.server.drainTimeoutSeconds
        logger.info(
            "stopping",
            metadata: [
                "signal": "\(TerminationSignals.name(number))", "connections": "\(server.connectionCount)",
                "drain_delay_s": "\(delay)", "drain_timeout_s": "\(timeout)",
            ])
        let queue = DispatchQueue(label: "apus.stop")
        let group = DispatchGroup()
        group.enter()
        queue.asyncAfter(deadline: .now() + delay) { @Sendable in
            server.drain(deadline: .seconds(timeout)) { @Sendable in
                repository.stop { @Sendable in group.leave() }
            }
        }
        group.enter()
        queue.async { @Sendable in
            // Waits for a data directory that is just being opened.
            guard let parts = training.stop() else { return group.leave() }
            parts.jobs.stop(grace: .seconds(timeout)) { @Sendable in group.leave() }
        }
        group.notify(queue: queue) { @Sendable [self] in stopped.signal() }
        queue.asyncAfter(deadline: .now() + delay + timeout + Self.modelStopSeconds) { @Sendable [self] in
            logger.warning("requests were still in flight at the end of the drain timeout")
            stopped.signal()
        }
    }
}
