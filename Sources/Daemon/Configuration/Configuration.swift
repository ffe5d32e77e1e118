package import Logging
package import Serving

/// Everything about the daemon that can be chosen: one struct for each table of the configuration file.
///
/// `Setting.all` says how each field is spelled in the file and in the environment, and which values it takes.
package struct Configuration: Sendable, Equatable {
    /// `[server]`: the HTTP server.
    package struct Server: Sendable, Equatable {
        /// `host`: where to listen, an IPv4 or IPv6 address or `localhost`. Default: 127.0.0.1.
        package var host = "127.0.0.1"
        /// `port`: the TCP port; 0 lets the system choose one. Default: 8080.
        package var port = 8080
        /// `loops`: event loops; 0 means four for each thread that runs them, which is each processor. Default: 0.
        package var loops = 0
        /// `max_connections`: open connections; one more is answered 503. Default: 10,000.
        package var maxConnections = 10_000
        /// `max_body_bytes`: largest request body, also after decompression; a larger one is answered 413. Default: 64 MiB.
        package var maxBodyBytes = 64 << 20
        /// `max_head_bytes`: largest request head; a larger one is answered 431. Default: 32 KiB.
        package var maxHeadBytes = 32 << 10
        /// `idle_timeout_s`: how long a connection may be silent between requests. Seconds. Default: 75.
        package var idleTimeoutSeconds = 75.0
        /// `drain_delay_s`: how long the server still accepts after SIGTERM, while `/readyz` already says no. Seconds.
        /// Default: 0.
        package var drainDelaySeconds = 0.0
        /// `drain_timeout_s`: how long requests may take that are in flight at a stop. Seconds. Default: 10.
        package var drainTimeoutSeconds = 10.0
    }

    /// `[repository]`: the models.
    package struct Repository: Sendable, Equatable {
        /// `models`: the directory with one directory a model. Default: models.
        package var models = "models"
        /// `watch`: how changes of the directory are found. Default: inotify.
        package var watch = RepositoryWatcher.Mode.inotify
        /// `poll_interval_s`: time between two looks when polling. Seconds. Default: 2.
        package var pollIntervalSeconds = 2.0
        /// `settle_s`: how long nothing must have changed before what changed is loaded. Seconds. Default: 0.5.
        package var settleSeconds = 0.5
        /// `memory_budget_mb`: megabytes (10⁶ bytes) that all loaded versions may take together; 0 means no limit.
        /// Default: 0.
        package var memoryBudgetMegabytes = 0
    }

    /// `[engine]`: the numeric engine.
    package struct Engine: Sendable, Equatable {
        /// `threads`: threads that compute, shared by all models; 0 means one for each processor. Default: 0.
        package var threads = 0
        /// `isa`: the instruction set of the kernels. Default: auto.
        package var isa = InstructionSet.auto
    }

    /// `[data]`: what the daemon keeps.
    package struct Data: Sendable, Equatable {
        /// `directory`: the directory of datasets and jobs, made when it is first used. Default: data.
        package var directory = "data"
    }

    /// `[training]`: the jobs.
    package struct Training: Sendable, Equatable {
        /// `max_jobs`: jobs that run at once, each in a process of its own. Default: 1.
        package var maxJobs = 1
        /// `max_queued`: jobs that wait; one more is answered 429. Default: 100.
        package var maxQueued = 100
        /// `threads`: threads that compute in each job; 0 means one for each processor. Default: 0.
        package var threads = 0
        /// `priority`: how jobs share the processors with everything else. Default: idle.
        package var priority = TrainingPriority.idle
        /// `share`: the part of the time that a job computes; it sleeps the rest. Default: 1.
        package var share = 1.0
        /// `memory_limit_mb`: megabytes (10⁶ bytes) of its own that a job may use; 0 means three quarters of what there
        /// is. Default: 0.
        package var memoryLimitMegabytes = 0
        /// `stop_grace_s`: how long a job may take to save a checkpoint when it is paused. Seconds. Default: 30.
        package var stopGraceSeconds = 30.0
    }

    /// `[log]`: what is written to standard error.
    package struct Log: Sendable, Equatable {
        /// `level`: the least important events to log. Default: info.
        package var level = Logger.Level.info
    }

    package var server = Server()
    package var repository = Repository()
    package var engine = Engine()
    package var data = Data()
    package var training = Training()
    package var log = Log()

    /// The defaults.
    package init() {}
}
