import Testing

@testable import Network

struct MailboxTests {
    private func descriptors(_ messages: [Mailbox.Message]) -> [Int32] {
        messages.compactMap { if case .connection(let descriptor) = $0 { descriptor } else { nil } }
    }

    @Test func messagesAreTakenInTheirOrder() throws {
        let mailbox = try Mailbox()
        for number in Int32(1)...3 { #expect(mailbox.post(.connection(number))) }
        #expect(descriptors(mailbox.takeAll()) == [1, 2, 3])
        #expect(mailbox.takeAll().isEmpty)
    }

    @Test func aMailboxClosesOnceItIsEmpty() throws {
        let mailbox = try Mailbox()
        #expect(mailbox.post(.connection(1)))
        #expect(!mailbox.close())
        #expect(mailbox.post(.connection(2)))
        #expect(descriptors(mailbox.takeAll()) == [1, 2])
        #expect(mailbox.close())
        #expect(!mailbox.post(.connection(3)))
        #expect(mailbox.takeAll().isEmpty)
    }
}
