import CSystem

/// Something that happened in a watched directory, as inotify(7) tells it.
struct FileEvent: Equatable {
    /// The number of the watch; -1 when events were lost.
    let watch: Int32
    private let mask: UInt32
    /// The name in the directory; empty when it happened to the directory itself.
    let name: String

    /// More happened than the system could remember.
    var isLoss: Bool { mask & csystem_events_lost != 0 }
    /// The directory is not watched any more.
    var isEndOfWatch: Bool { mask & csystem_watch_ended != 0 }
    /// There is a new name, which may be that of a file that is only about to be written.
    var isCreation: Bool { mask & csystem_file_created != 0 }
    var isWriting: Bool { mask & csystem_file_written != 0 }
    /// Whoever wrote has closed the file, or it is gone.
    var isEndOfWriting: Bool { mask & csystem_file_ended != 0 }
    var isOfDirectory: Bool { mask & csystem_is_directory != 0 }

    init(watch: Int32, mask: UInt32, name: String) {
        self.watch = watch
        self.mask = mask
        self.name = name
    }

    /// Reads what read(2) gave: whole events, one behind the other.
    static func events(in bytes: UnsafeRawBufferPointer) -> [FileEvent] {
        var events: [FileEvent] = []
        var place = 0
        while bytes.count - place >= headSize {
            let watch = unsafe bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)
            let mask = unsafe bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)
            let length = unsafe Int(bytes.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self))
            guard length <= bytes.count - place - headSize else { break }
            let name = unsafe bytes[(place + headSize)..<(place + headSize + length)].prefix { $0 != 0 }
            unsafe events.append(FileEvent(watch: watch, mask: mask, name: String(decoding: name, as: UTF8.self)))
            place += headSize + length
        }
        return events
    }

    /// Watch, mask, cookie and length, four bytes each.
    private static let headSize = 16
}
