#ifndef APUS_THREADS_H
#define APUS_THREADS_H

#if defined(__linux__)
#include <sys/prctl.h>
#endif

/// Tells the processor that the calling thread spins: it saves power and gives a sibling hardware thread its turn.
static inline void apus_cpu_relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory"); // `yield` is a no-op on most cores; `isb` waits about as long as pause.
#endif
}

/// Names the calling thread, at most 15 characters. (Swift sees neither the variadic prctl nor pthread_setname_np,
/// which glibc hides without _GNU_SOURCE.)
static inline void apus_name_thread(const char *name) {
#if defined(__linux__)
    prctl(PR_SET_NAME, name, 0, 0, 0);
#else
    (void)name;
#endif
}

#endif
