/// Which dimension of images, and of the sequences that convolutions take, the channels are.
package enum SampleLayout: String, Sendable, CaseIterable {
    /// [height, width, channels], as in Keras.
    case channelsLast = "channels_last"
    /// [channels, height, width], as in PyTorch. Recurrent and dense layers still take [steps, features].
    case channelsFirst = "channels_first"
}
