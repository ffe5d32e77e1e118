/// Makes versions of what workers have made.
package protocol JobPublisher: Sendable {
    /// Makes the bundle the newest version of the job's model and serves it. May block.
    ///
    /// Called again when the daemon ended in between: what is a version already is found, not made twice.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - bundle: A directory, which moves into the repository.
    /// - Returns: The version's number.
    /// - Throws: `JobError.publishing` or `.diskFull`.
    func publish(_ job: Job, bundle: String) throws(JobError) -> Int
}
