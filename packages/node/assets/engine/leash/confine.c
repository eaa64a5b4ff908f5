#define _GNU_SOURCE
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Landlock, landlock(7). Written out, for the kernel headers of older systems do not have it. */
#define CREATE_RULESET 444
#define ADD_RULE 445
#define RESTRICT_SELF 446
#define RULE_PATH 1
#define RULE_PORT 2
#define FS_EXECUTE (1ULL << 0)
#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_FIRST_ABI ((1ULL << 13) - 1)
#define FS_REFER (1ULL << 13)
#define FS_TRUNCATE (1ULL << 14)
#define NET_BIND (1ULL << 0)
#define NET_CONNECT (1ULL << 1)
#define SCOPE_ALL 3ULL
#define FS_READ (FS_EXECUTE | FS_READ_FILE | FS_READ_DIR)

struct ruleset {
    uint64_t fs, net, scoped;
};
struct path_rule {
    uint64_t allowed;
    int32_t folder;
} __attribute__((packed));
struct port_rule {
    uint64_t allowed, port;
};

/* Classic BPF over struct seccomp_data, seccomp(2); the same in every kernel that has it. */
#if defined(__x86_64__)
#define THIS_ARCH 0xC000003EU
#elif defined(__aarch64__)
#define THIS_ARCH 0xC00000B7U
#elif defined(__riscv) && __riscv_xlen == 64
#define THIS_ARCH 0xC00000F3U
#endif
#define LOAD(offset) { 0x20, 0, 0, (offset) }
#define MASK(bits) { 0x54, 0, 0, (bits) }
#define IF_EQUAL(value, yes, no) { 0x15, (yes), (no), (value) }
#define IF_AT_LEAST(value, yes, no) { 0x35, (yes), (no), (value) }
#define RETURN(action) { 0x06, 0, 0, (action) }
#define ALLOW 0x7FFF0000U
#define REFUSE (0x00050000U | EACCES)
#define SECCOMP_FILTER 2
#define IO_URING_SETUP 425

struct instruction {
    uint16_t code;
    uint8_t yes, no;
    uint32_t value;
};
struct filter {
    uint16_t length;
    const struct instruction * instructions;
};

/* Sockets of TCP over IP, and no other way to make one: foreign system call tables and io_uring go too. */
static void allow_only_tcp(void) {
#ifdef THIS_ARCH
    static const struct instruction program[] = {
        /*  0 */ LOAD(4) /* architecture */,
        /*  1 */ IF_EQUAL(THIS_ARCH, 0, 15),
        /*  2 */ LOAD(0) /* number */,
        /*  3 */ IF_AT_LEAST(0x40000000U, 13, 0) /* x32 */,
        /*  4 */ IF_EQUAL(IO_URING_SETUP, 12, 0),
        /*  5 */ IF_EQUAL(SYS_socketpair, 11, 0),
        /*  6 */ IF_EQUAL(SYS_socket, 0, 9),
        /*  7 */ LOAD(16) /* domain */,
        /*  8 */ IF_EQUAL(AF_INET, 1, 0),
        /*  9 */ IF_EQUAL(AF_INET6, 0, 7),
        /* 10 */ LOAD(24) /* type, without its flags */,
        /* 11 */ MASK(0xF),
        /* 12 */ IF_EQUAL(SOCK_STREAM, 0, 4),
        /* 13 */ LOAD(32) /* protocol: MPTCP and SCTP are not what Landlock calls TCP */,
        /* 14 */ IF_EQUAL(0, 1, 0),
        /* 15 */ IF_EQUAL(IPPROTO_TCP, 0, 1),
        /* 16 */ RETURN(ALLOW),
        /* 17 */ RETURN(REFUSE),
    };
    struct filter filter = { sizeof program / sizeof *program, program };
    /* Fails only where the kernel was built without it. */
    prctl(PR_SET_SECCOMP, SECCOMP_FILTER, &filter, 0, 0);
#endif
}

/* A folder that is not there needs no rule. */
static void allow(int rules, const char * folder, uint64_t rights) {
    struct path_rule rule = { .allowed = rights, .folder = open(folder, O_PATH | O_CLOEXEC) };
    if (rule.folder < 0) {
        return;
    }
    syscall(ADD_RULE, rules, RULE_PATH, &rule, 0);
    close(rule.folder);
}

static void allow_around(int rules, const char * program) {
    char path[PATH_MAX];
    if (realpath(program, path) == NULL) {
        return;
    }
    char * slash = strrchr(path, '/');
    if (slash != NULL && slash != path) {
        *slash = '\0';
        allow(rules, path, FS_READ);
    }
}

static void allow_each(int rules, const char * list) {
    char * copy = list == NULL ? NULL : strdup(list);
    char * rest = NULL;
    for (char * folder = copy == NULL ? NULL : strtok_r(copy, ":", &rest); folder != NULL; folder = strtok_r(NULL, ":", &rest)) {
        allow(rules, folder, FS_READ);
    }
    free(copy);
}

static void allow_program(int rules, const char * program) {
    static const char * const readable[] = { "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/etc",
                                             "/nix", "/gnu", "/run/opengl-driver", "/proc", "/sys" };
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) {
        allow(rules, readable[i], FS_READ);
    }
    allow(rules, "/dev", FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE);
    allow_around(rules, program);
    allow_each(rules, getenv("LD_LIBRARY_PATH"));
}

int confine(const char * program, const char * port, int files) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return -1;
    }
    if (files) {
        allow_only_tcp();
    }
    /* LANDLOCK_CREATE_RULESET_VERSION; -1 where the kernel has no Landlock, or has it switched off. */
    long abi = syscall(CREATE_RULESET, NULL, 0, 1);
    if (abi < 1) {
        return 0;
    }
    struct ruleset handled = { 0, 0, 0 };
    if (files) {
        handled.fs = FS_FIRST_ABI | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0);
    }
    if (abi >= 4) {
        handled.net = NET_BIND | NET_CONNECT;
    }
    if (abi >= 6) {
        handled.scoped = SCOPE_ALL;
    }
    if (handled.fs == 0 && handled.net == 0) {
        return 0;
    }
    int rules = (int) syscall(CREATE_RULESET, &handled, sizeof handled, 0);
    if (rules < 0) {
        return -1;
    }
    if (files) {
        allow_program(rules, program);
    }
    if (handled.net != 0) {
        struct port_rule rule = { NET_BIND, strtoul(port, NULL, 10) };
        if (syscall(ADD_RULE, rules, RULE_PORT, &rule, 0) != 0) {
            return -1;
        }
    }
    if (syscall(RESTRICT_SELF, rules, 0) != 0) {
        return -1;
    }
    close(rules);
    return 0;
}
