/// What somebody has asked of a job that has a worker; kept in the store, so that it outlives the daemon.
package enum JobWish: String, Sendable, Equatable {
    case pause
    case cancel
}
