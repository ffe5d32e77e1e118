import Jobs
import Testing

struct JobStateTests {
    @Test func threeStatesAreFinal() {
        #expect(JobState.allCases.filter(\.isFinal) == [.succeeded, .failed, .cancelled])
    }
}
