import Preprocessing
import Testing

struct PreprocessingErrorTests {
    @Test func namesRowFieldExpectationAndFinding() {
        let error = PreprocessingError.row(3, field: "age", expected: "a number", found: "\"old\"")
        #expect("\(error)" == "row 3, age: expected a number, got \"old\"")
    }
}
