package import Jobs
import Synchronization
package import Tensors
package import Training

/// What training needs, opened when it is first used: a daemon that only serves leaves no trace on the disk.
package final class TrainingService: Sendable {
    /// The parts that belong to one data directory.
    package struct Parts: Sendable {
        package let directory: DataDirectory
        package let jobs: JobSupervisor
        package let datasets: DatasetStore
        /// What evaluations compute with.
        package let kernels: Kernels

        package init(directory: DataDirectory, jobs: JobSupervisor, datasets: DatasetStore, kernels: Kernels) {
            self.kernels = kernels
            self.directory = directory
            self.jobs = jobs
            self.datasets = datasets
        }
    }

    private enum State {
        case closed
        case open(Parts)
        case stopped
    }

    private let state = Mutex(State.closed)
    private let make: @Sendable () throws(JobError) -> Parts

    /// - Parameter make: Takes the data directory; may be called again after an error.
    package init(make: @escaping @Sendable () throws(JobError) -> Parts) {
        self.make = make
    }

    /// The parts; takes the data directory at the first call. Waits for the disk.
    /// - Throws: Why there is no training, which may be over at the next call.
    @discardableResult
    package func parts() throws(JobError) -> Parts {
        try state.withLock { state throws(JobError) in
            switch state {
            case .open(let parts): return parts
            case .stopped: throw .stopping
            case .closed:
                let parts = try make()
                state = .open(parts)
                return parts
            }
        }
    }

    /// The parts, if they are open.
    package var openParts: Parts? {
        state.withLock { if case .open(let parts) = $0 { parts } else { nil } }
    }

    /// Opens nothing any more.
    /// - Returns: The parts, if they are open.
    package func stop() -> Parts? {
        state.withLock { state in
            if case .open(let parts) = state { return parts }
            state = .stopped
            return nil
        }
    }
}
