// The Linux calls that Swift's Glibc module leaves out or that need macros, as inline functions.
// Nothing here retries or interprets errno: Network/SystemCall.swift does, once for each call.
#pragma once
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

// glibc declares it under _GNU_SOURCE only, which would change types that Swift's Glibc module has without it.
extern int accept4(int, struct sockaddr *, socklen_t *, int);

extern int pipe2(int [2], int);

static const uint32_t csystem_readable = EPOLLIN;
static const uint32_t csystem_writable = EPOLLOUT;
static const uint32_t csystem_once = EPOLLONESHOT;
static const uint32_t csystem_failed = (uint32_t)EPOLLERR | (uint32_t)EPOLLHUP;

static inline int csystem_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int csystem_epoll_add(int epoll, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static inline int csystem_epoll_modify(int epoll, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

static inline int csystem_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, 0); }

// epoll_pwait2(2), which waits for nanoseconds and which Swift's Glibc module leaves out; where there is none, before Linux
// 5.11, whole milliseconds.
static inline int csystem_epoll_wait(int epoll, struct epoll_event *events, int count, int64_t nanoseconds) {
#ifdef SYS_epoll_pwait2
    struct { int64_t seconds, nanoseconds; } limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    long result = syscall(SYS_epoll_pwait2, epoll, events, count, &limit, 0, 8);
    if (result >= 0) return (int)result;
#endif
    return epoll_wait(epoll, events, count, (int)((nanoseconds + 999999) / 1000000));
}

static inline int csystem_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static const uint32_t csystem_file_created = IN_CREATE;
static const uint32_t csystem_file_written = IN_MODIFY;
// Whoever wrote has closed the file, or it is not there any more.
static const uint32_t csystem_file_ended = IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM;
static const uint32_t csystem_events_lost = IN_Q_OVERFLOW;
static const uint32_t csystem_watch_ended = IN_IGNORED;
static const uint32_t csystem_is_directory = IN_ISDIR;

static inline int csystem_inotify_create(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }

// Everything that changes what is in a directory; a directory that is watched already keeps its number.
static inline int csystem_inotify_watch(int fd, const char *path) {
    return inotify_add_watch(fd, path, IN_CREATE | IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE | IN_DELETE |
                                       IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}

static inline void csystem_inotify_end(int fd, int watch) { inotify_rm_watch(fd, watch); }

// malloc_trim(3): free memory goes back to the system, also from the middle of the heap.
extern int malloc_trim(size_t);
static inline void csystem_give_back_memory(void) { malloc_trim(0); }

// mallopt(3), M_ARENA_MAX: into how many heaps threads are spread; before there are threads. glibc's own choice is eight
// for each processor, of which each keeps what was free in it.
extern int mallopt(int, int);
static inline void csystem_limit_heaps(int count) { mallopt(-8, count); }

// Whether somebody on this machine has a file open for writing, as far as the system tells: it refuses a lease
// (fcntl(2), F_SETLEASE) then. It tells only who owns the file or may take leases; others hear that nobody has.
static inline int csystem_is_open_for_writing(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0) return 0;
    // F_SETSIG: who opens the file in the moment of the lease makes the system send a signal that nobody minds.
    fcntl(fd, 10, SIGURG);
    int lease = fcntl(fd, 1024, F_RDLCK);
    int is_open = lease < 0 && errno == EAGAIN;
    if (lease == 0) fcntl(fd, 1024, F_UNLCK);
    close(fd);
    return is_open;
}

static inline int csystem_socket(int family) {
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static inline int csystem_accept(int fd) { return accept4(fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC); }

static inline int csystem_reuse_address(int fd) {
    int one = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
}

static inline int csystem_reuse_port(int fd) {
    int one = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
}

// On Linux an accepted socket inherits TCP_NODELAY from its listener.
static inline int csystem_no_delay(int fd) {
    int one = 1;
    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

// "::" accepts IPv4 peers as well.
static inline int csystem_dual_stack(int fd) {
    int zero = 0;
    return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
}

static inline int csystem_bind(int fd, const struct sockaddr_storage *address, socklen_t length) {
    return bind(fd, (const struct sockaddr *)address, length);
}

// The port a socket is bound to, in host order; negative with errno set when there is none.
static inline int csystem_local_port(int fd) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return -1;
    if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
    return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
}

static inline struct sockaddr_storage csystem_ipv4(const struct in_addr *host, uint16_t port, socklen_t *length) {
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    struct sockaddr_in *address = (struct sockaddr_in *)&storage;
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    address->sin_addr = *host;
    *length = sizeof *address;
    return storage;
}

static inline struct sockaddr_storage csystem_ipv6(const struct in6_addr *host, uint16_t port, socklen_t *length) {
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    struct sockaddr_in6 *address = (struct sockaddr_in6 *)&storage;
    address->sin6_family = AF_INET6;
    address->sin6_port = htons(port);
    address->sin6_addr = *host;
    *length = sizeof *address;
    return storage;
}

// Both ends close on exec, so that a child holds none that it was not given.
static inline int csystem_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

// Characters of a line of the terminal; 0 when there is none.
static inline int csystem_terminal_columns(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// The process is killed when the thread that made it has ended.
static inline int csystem_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL); }

// The process runs only when nobody else wants the processor (sched(7), SCHED_IDLE).
static inline int csystem_idle_processor(void) {
    struct sched_param none = {0};
    return sched_setscheduler(0, 5, &none);
}

// On how many processors the process may run, at least 1.
static inline int csystem_allowed_processors(void) {
    // In words of the kernel's, room for 8,192 processors: cpu_set_t has room for 1,024, and a smaller one than the
    // kernel's is refused.
    unsigned long words[128];
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof words, words);
    int count = 0;
    for (long index = 0; index < bytes / (long)sizeof words[0]; index++) count += __builtin_popcountl(words[index]);
    if (count > 0) return count;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

// The first fields of struct sched_attr, SCHED_ATTR_SIZE_VER0, which glibc declares from 2.41 on only.
struct csystem_scheduling {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

// Asks for slices of so many nanoseconds for the calling thread, if it is of the ordinary class. A thread with a shorter
// slice that wakes need not wait until a longer one of others has ended. Since Linux 6.12; a kernel before it takes the
// call and ignores the number.
static inline long csystem_slice(uint64_t nanoseconds) {
    struct csystem_scheduling scheduling = {.size = sizeof scheduling};
    if (syscall(SYS_sched_getattr, 0, &scheduling, sizeof scheduling, 0) != 0) return -1;
    if (scheduling.policy != SCHED_OTHER) return 0;
    scheduling.runtime = nanoseconds;
    return syscall(SYS_sched_setattr, 0, &scheduling, 0);
}

// Timers of the calling thread end when they are to end, not up to 50 us later with others.
static inline int csystem_exact_timers(void) { return prctl(PR_SET_TIMERSLACK, 1); }

// ioprio_set(2), which glibc does not wrap: the process's input and output come after everybody else's (class "idle").
static inline long csystem_idle_io(void) { return syscall(SYS_ioprio_set, 1, 0, 3 << 13); }

// A peer that has gone answers with EPIPE, never with SIGPIPE.
static inline ssize_t csystem_send(int fd, const void *bytes, size_t count) {
    return send(fd, bytes, count, MSG_NOSIGNAL);
}

// Takes bytes out of a TCP socket: Linux copies none of them (tcp(7), MSG_TRUNC), so what `bytes` holds is undefined.
static inline ssize_t csystem_drop(int fd, void *bytes, size_t count) {
    return recv(fd, bytes, count, MSG_TRUNC);
}
