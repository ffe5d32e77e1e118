import Preprocessing
import Serving

extension ModelVersion {
    /// Whether image files can be rows of a request.
    var takesImages: Bool {
        if case .image = preprocessing?.preprocessing.input { true } else { false }
    }
}
