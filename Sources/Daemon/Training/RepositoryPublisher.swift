import JSON
import Jobs
import Serving

/// Makes versions of a repository of what jobs have made.
struct RepositoryPublisher: JobPublisher {
    let repository: ModelRepository

    func publish(_ job: Job, bundle: String) throws(JobError) -> Int {
        do throws(ServingError) {
            guard Files.isDirectory(bundle) else {
                // It has moved into the repository, and the daemon ended before it could take note of that.
                let known = try repository.publishedVersion(of: job.model) { Self.isCard($0, of: job) }
                guard let known else { throw .file(bundle, reason: "the result of the job is not there any more") }
                return known
            }
            return try repository.publish(bundle, as: job.model)
        } catch {
            throw .publishing(error.description)
        }
    }

    /// Whether a version is what this job has made.
    private static func isCard(_ card: JSONValue, of job: Job) -> Bool { card["job"]?.string == job.id }
}
