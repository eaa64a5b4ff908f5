#define _GNU_SOURCE
/* Passes frames between two interfaces, each one held for a time: a slow wire, where the kernel has no netem.
   usage: delay INTERFACE INTERFACE MILLISECONDS; prints "ready" once it passes frames.
   PACKET_VNET_HDR keeps checksums and segments that the kernel left for later, see packet(7). */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_BYTES = 65536 + 256, HELD_FRAMES = 16384, BUFFER_BYTES = 32 * 1024 * 1024 };

struct held {
  uint64_t due;
  size_t length;
  unsigned char *bytes;
};

/* A ring of frames on their way to one interface; frames beyond its room are lost, as on a full wire. */
struct wire {
  struct held frames[HELD_FRAMES];
  unsigned first, count;
};

static struct wire wires[2];

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_interface(const char *name) {
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
  if (fd < 0) return fail("socket");
  int on = 1, size = BUFFER_BYTES;
  if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) < 0) return fail("PACKET_VNET_HDR");
  if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0) return fail("PACKET_IGNORE_OUTGOING");
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  struct sockaddr_ll where = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
  if (where.sll_ifindex == 0) return fail(name);
  if (bind(fd, (struct sockaddr *)&where, sizeof where) < 0) return fail("bind");
  struct packet_mreq all = {.mr_ifindex = where.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
  if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0) return fail("promiscuous");
  return fd;
}

static void take(int from, struct wire *to, uint64_t delay_ns) {
  static unsigned char frame[FRAME_BYTES];
  for (;;) {
    ssize_t length = recv(from, frame, sizeof frame, 0);
    if (length < 0) {
      if (errno == EAGAIN || errno == EINTR || errno == ENETDOWN) return;
      fail("recv");
    }
    if (to->count == HELD_FRAMES) continue;
    struct held *held = &to->frames[(to->first + to->count) % HELD_FRAMES];
    held->bytes = malloc((size_t)length);
    if (held->bytes == NULL) continue;
    memcpy(held->bytes, frame, (size_t)length);
    held->length = (size_t)length;
    held->due = now_ns() + delay_ns;
    to->count++;
  }
}

/* Send what is due. Returns when the next frame is, 0 where none waits. */
static uint64_t give(struct wire *from, int to) {
  while (from->count > 0) {
    struct held *held = &from->frames[from->first];
    if (held->due > now_ns()) return held->due;
    if (send(to, held->bytes, held->length, 0) < 0 && (errno == EAGAIN || errno == ENOBUFS)) return now_ns() + 200000;
    free(held->bytes);
    from->first = (from->first + 1) % HELD_FRAMES;
    from->count--;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fputs("usage: delay INTERFACE INTERFACE MILLISECONDS\n", stderr);
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  uint64_t delay_ns = (uint64_t)(atof(argv[3]) * 1e6);
  struct pollfd ends[2] = {{.fd = open_interface(argv[1]), .events = POLLIN},
                           {.fd = open_interface(argv[2]), .events = POLLIN}};
  puts("ready");
  fflush(stdout);
  for (;;) {
    uint64_t next = 0;
    for (int i = 0; i < 2; i++) {
      uint64_t due = give(&wires[i], ends[i].fd);
      if (due != 0 && (next == 0 || due < next)) next = due;
    }
    uint64_t now = now_ns();
    uint64_t wait = next == 0 ? 1000000000u : next > now ? next - now : 0;
    struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u)};
    if (ppoll(ends, 2, &timeout, NULL) < 0 && errno != EINTR) return fail("poll");
    take(ends[0].fd, &wires[1], delay_ns);
    take(ends[1].fd, &wires[0], delay_ns);
  }
}
