/*
 * unhosted-leash PARENT_PID PROGRAM [ARGUMENT...]
 *
 * Ties PROGRAM's life to its parent's: the kernel sends it SIGKILL when the thread that started it ends, whatever
 * ends it. The setting survives exec of a program without set-user-ID bits.
 *
 * UNHOSTED_CONFINE_PORT=N in the environment confines PROGRAM as well: of TCP it may only listen on port N. With
 * UNHOSTED_CONFINE_FILES=1 it may read no files but system folders and its own, and write none. See confine.h.
 */
#include "confine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char ** argv) {
    if (argc < 3) {
        fprintf(stderr, "error: unhosted-leash PARENT_PID PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        perror("error: prctl");
        return 1;
    }
    /* The parent may have died before the line above, and then no signal will come. */
    if (getppid() != (pid_t) strtol(argv[1], NULL, 10)) {
        fprintf(stderr, "error: the daemon is gone\n");
        return 1;
    }
    const char * port = getenv("UNHOSTED_CONFINE_PORT");
    if (port != NULL && confine(argv[2], port, getenv("UNHOSTED_CONFINE_FILES") != NULL) != 0) {
        perror("error: confine");
        return 1;
    }
    execv(argv[2], argv + 2);
    perror("error: exec");
    return 127;
}
