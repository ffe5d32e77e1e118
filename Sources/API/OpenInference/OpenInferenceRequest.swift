import JSON
import Serving

/// A request of the Open Inference Protocol, read.
struct OpenInferenceRequest {
    /// An output that is asked for.
    struct Output {
        var name = ""
        /// Whether it is to be sent as bytes; nil for what the request says.
        var isBinary: Bool?
        /// How many classes to send in its place; nil for the output itself.
        var classCount: Int?
    }

    /// Echoed in the answer.
    var id: String?
    var inputs: [InputTensor] = []
    /// nil for all of them.
    var outputs: [Output]?
    /// Whether outputs that say nothing are sent as bytes.
    var isBinary = false
    /// When to compute it.
    var policy = SchedulePolicy()
}
