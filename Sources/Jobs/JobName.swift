/// Names of jobs.
enum JobName {
    private static let letters = Array("0123456789abcdefghijkmnpqrstuvwxyz")

    /// A name that no other job has, nor can be guessed to have: "job-" and 16 letters and digits.
    static func make() -> String {
        var name = "job-"
        for _ in 0..<16 { name.append(letters[Int.random(in: 0..<letters.count)]) }
        return name
    }
}
