// A server that does nothing for a prediction but wait as long as one takes, or nothing but throw its body away: what is
// left of a bound on a machine when nothing else costs anything (bare.py).
//
//     bare_server PORT spin MICROSECONDS   answers 200 after so long
//     bare_server PORT drop                answers 429, having read no more than the head; 200 to requests without a body
//
// Two threads wait for the same connections, so that none waits for one that is busy.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, CONNECTIONS = 65536, LONGEST_HEAD = 2048 };

static const char ANSWER[] = "HTTP/1.1 %s\r\nRetry-After: 1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

static int listener, waiting, drops;
static double spin_microseconds;
// Bytes of its request that a connection still has to send, by descriptor.
static long missing[CONNECTIONS];
static int has_body[CONNECTIONS];

static double microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec * 1e-3;
}

static void watch(int operation, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = descriptor};
    epoll_ctl(waiting, operation, descriptor, &event);
}

static void accept_all(void) {
    int descriptor, one = 1;
    while ((descriptor = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0 && descriptor < CONNECTIONS) {
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        missing[descriptor] = 0;
        watch(EPOLL_CTL_ADD, descriptor);
    }
    watch(EPOLL_CTL_MOD, listener);
}

// Reads a part of a request: its head, then its body.
static ssize_t receive(int descriptor, char *buffer, size_t size) {
    if (missing[descriptor] > 0) return recv(descriptor, buffer, size, drops ? MSG_TRUNC : 0);
    ssize_t count = read(descriptor, buffer, drops ? LONGEST_HEAD : size - 1);
    if (count <= 0) return count;
    buffer[count] = 0;
    char *end = strstr(buffer, "\r\n\r\n"), *field = strcasestr(buffer, "content-length:");
    if (!end) return 0;
    has_body[descriptor] = field != 0;
    missing[descriptor] = end + 4 - buffer + (field ? atol(field + strlen("content-length:")) : 0);
    return count;
}

static int answer(int descriptor) {
    char text[256];
    int length = snprintf(text, sizeof text, ANSWER, drops && has_body[descriptor] ? "429 Too Many Requests" : "200 OK");
    for (double end = microseconds() + spin_microseconds; microseconds() < end;) {}
    return send(descriptor, text, length, MSG_NOSIGNAL) == length;
}

static void serve(int descriptor, char *buffer, size_t size) {
    ssize_t count = receive(descriptor, buffer, size);
    if (count > 0) {
        missing[descriptor] -= count;
        if (missing[descriptor] > 0 || answer(descriptor)) return watch(EPOLL_CTL_MOD, descriptor);
    } else if (count < 0 && errno == EAGAIN) {
        return watch(EPOLL_CTL_MOD, descriptor);
    }
    close(descriptor);
}

static void *run(void *unused) {
    static __thread char buffer[256 * 1024];
    struct epoll_event event;
    for (;;) {
        if (epoll_wait(waiting, &event, 1, -1) != 1) continue;
        if (event.data.fd == listener) accept_all(); else serve(event.data.fd, buffer, sizeof buffer);
    }
    return unused;
}

int main(int count, char **words) {
    if (count < 3) return fprintf(stderr, "usage: bare_server PORT spin MICROSECONDS | PORT drop\n"), 64;
    drops = strcmp(words[2], "drop") == 0;
    if (count > 3) spin_microseconds = atof(words[3]);
    struct sockaddr_in address = {AF_INET, htons(atoi(words[1])), {htonl(INADDR_LOOPBACK)}, {0}};
    int one = 1;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return perror("listen"), 1;
    waiting = epoll_create1(0);
    watch(EPOLL_CTL_ADD, listener);
    pthread_t thread;
    for (int index = 1; index < THREADS; index++) pthread_create(&thread, 0, run, 0);
    run(0);
}
