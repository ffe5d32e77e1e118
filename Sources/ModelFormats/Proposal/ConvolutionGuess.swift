import JSON

/// How the convolutions of a chain are padded and pooled, so that what comes out fits the linear module after them.
struct ConvolutionGuess {
    /// One possibility: of each convolution, whether it is padded to keep the size, and whether pooling follows.
    private struct Candidate: Equatable {
        var isPadded: [Bool]
        var isPooled: [Bool]
    }

    private let chain: [StateModule]
    /// Where in the chain the convolutions are.
    private let convolutions: [Int]
    private let sizes: [Int]
    private var channels: [Int] = []
    private var choice = Candidate(isPadded: [], isPooled: [])
    /// Whether only the average of each channel goes on to the linear module.
    private(set) var isAveraged = false
    /// Dimensions of the windows.
    private(set) var rank = 2

    /// Convolutions up to which all possibilities are tried.
    private static let maximumCount = 6

    /// - Throws: `.malformed` when nothing fits.
    init(_ chain: [StateModule], _ inputShape: SampleShape) throws(ModelFormatError) {
        self.chain = chain
        convolutions = chain.indices.filter { chain[$0].isConvolution }
        sizes = inputShape.sizes.dropFirst().compactMap(\.self)
        guard let first = convolutions.first else { return }
        if case .convolution(_, _, let window) = chain[first].kind { rank = window.count }
        var count = inputShape.sizes[0] ?? 1
        for index in convolutions {
            channels.append(count)
            count = chain[index].outputs
        }
        let wanted = placesWanted()
        isAveraged = wanted == 1
        let fitting = candidates().first { candidate in
            guard let found = result(candidate) else { return false }
            return wanted == nil || isAveraged || found.reduce(1, *) == wanted
        }
        guard let fitting else {
            throw .malformed(
                part: "state_dict",
                expected:
                    "convolutions of an image of \(inputShape) that leave \(wanted ?? 1) places for the linear layer "
                    + "after them; check --input-shape, or write architecture.json yourself (docs/architectures.md)",
                found: "none with usual padding and pooling")
        }
        choice = fitting
    }

    /// Places of the image that the linear module after the convolutions takes; nil without one.
    private func placesWanted() -> Int? {
        guard let last = convolutions.last else { return nil }
        for module in chain[last...] {
            if case .linear(let inputs, _) = module.kind { return inputs / max(chain[last].outputs, 1) }
        }
        return nil
    }

    /// The possibilities, the likeliest first.
    private func candidates() -> [Candidate] {
        let count = convolutions.count
        var pooled = [poolingByNumbers()].compactMap(\.self)
        pooled += [[Bool](repeating: true, count: count), [Bool](repeating: false, count: count)]
        pooled.append((0..<count).map { $0 % 2 == 1 })
        var padded = [false, true].map { [Bool](repeating: $0, count: count) }
        var result: [Candidate] = []
        if isAveraged { padded.reverse() }
        for pool in pooled { for pad in padded { result.append(Candidate(isPadded: pad, isPooled: pool)) } }
        guard count <= Self.maximumCount else { return result }
        for bits in 0..<(1 << (2 * count)) {
            let flags = (0..<(2 * count)).map { bits >> $0 & 1 == 1 }
            result.append(Candidate(isPadded: Array(flags[..<count]), isPooled: Array(flags[count...])))
        }
        return result
    }

    /// What the numbers of the modules in a `Sequential` say: two places after a convolution are an activation and
    /// pooling. nil without numbers.
    private func poolingByNumbers() -> [Bool]? {
        var result: [Bool] = []
        for index in convolutions {
            var last = index
            if index + 1 < chain.count, case .normalization = chain[index + 1].kind { last = index + 1 }
            guard last + 1 < chain.count, let places = chain[last].places(before: chain[last + 1]) else {
                // The last one is followed by something outside of its Sequential, usually after pooling.
                guard index == convolutions.last, !result.isEmpty else { return nil }
                result.append(true)
                continue
            }
            result.append(places >= 2)
        }
        return result
    }

    /// The sizes after all convolutions; nil when a window does not fit.
    private func result(_ candidate: Candidate) -> [Int]? {
        var sizes = sizes
        for (place, index) in convolutions.enumerated() {
            guard case .convolution(_, _, let window) = chain[index].kind else { continue }
            for axis in sizes.indices {
                let padding = candidate.isPadded[place] ? 2 * ((window[axis] - 1) / 2) : 0
                sizes[axis] += padding - window[axis] + 1
                if candidate.isPooled[place] { sizes[axis] /= 2 }
                guard sizes[axis] >= 1 else { return nil }
            }
        }
        return sizes
    }

    private func place(_ index: Int) -> Int? { convolutions.firstIndex(of: index) }

    /// Padding of the convolution at a place of the chain; empty when there is none.
    func padding(at index: Int) -> [Int] {
        guard let place = place(index), choice.isPadded[place], case .convolution(_, _, let window) = chain[index].kind
        else { return [] }
        return window.map { ($0 - 1) / 2 }
    }

    /// Channels that the convolution at a place of the chain takes.
    func channels(before index: Int) -> Int { place(index).map { channels[$0] } ?? 0 }

    /// Whether pooling comes after a place of the chain: behind the convolution, its normalisation and activation.
    func isPooled(after index: Int) -> Bool {
        if index + 1 < chain.count, case .normalization = chain[index + 1].kind { return false }
        if let place = place(index) { return choice.isPooled[place] }
        guard case .normalization = chain[index].kind, index > 0, let place = place(index - 1) else { return false }
        return choice.isPooled[place]
    }

    /// Whether the linear module at a place of the chain is the first after the convolutions.
    func flattens(at index: Int) -> Bool {
        guard let last = convolutions.last, index > last else { return false }
        return !chain[last..<index].contains { module in
            if case .linear = module.kind { true } else { false }
        }
    }

    /// What was chosen, in words.
    var assumptions: [String] {
        let names = { (flags: [Bool]) in
            zip(convolutions, flags).filter(\.1).map { chain[$0.0].name }.joined(separator: ", ")
        }
        let (padded, pooled) = (names(choice.isPadded), names(choice.isPooled))
        var result = [padded.isEmpty ? "convolutions have no padding" : "padding that keeps the size in \(padded)"]
        result.append(pooled.isEmpty ? "no pooling" : "max-pooling of 2 places after \(pooled)")
        if isAveraged { result.append("the average of each channel goes on to the linear layer") }
        return result
    }
}
