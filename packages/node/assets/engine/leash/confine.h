#ifndef UNHOSTED_CONFINE_H
#define UNHOSTED_CONFINE_H

/*
 * Take from this process, and from what it becomes by exec, the rights that a server for others has no use for:
 * privileges by exec, signals and abstract sockets to the outside, TCP but for one port to listen on, and, with
 * `files`, all files but those that a program needs to run and all sockets but TCP's: a session bus or a control
 * socket would do for it what it may not do itself. What the kernel cannot take away stays.
 * Returns 0, or -1 with errno where the kernel could and did not.
 */
int confine(const char * program, const char * port, int files);

#endif
