/* Writes every frame of one interface to a pcap file until it gets SIGTERM.
   usage: capture INTERFACE FILE; prints "ready" once it records, and the count of lost frames at the end.
   Format: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html; sockets: packet(7). */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { SNAP_BYTES = 262144, RECEIVE_BYTES = 128 * 1024 * 1024 };

static volatile sig_atomic_t stopping;

static void on_signal(int number) {
  (void)number;
  stopping = 1;
}

static int fail(const char *what) {
  perror(what);
  return 1;
}

int main(int argc, char **argv) {
  static unsigned char frame[SNAP_BYTES];
  static char buffer[1 << 20];
  if (argc != 3) {
    fputs("usage: capture INTERFACE FILE\n", stderr);
    return 2;
  }
  struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART: recv returns */
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  prctl(PR_SET_PDEATHSIG, SIGTERM);

  int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  if (fd < 0) return fail("socket");
  int size = RECEIVE_BYTES;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) return fail("SO_RCVBUFFORCE");
  struct timeval tick = {.tv_usec = 100000}; /* a signal between check and recv costs one tick */
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof tick);
  struct sockaddr_ll where = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(argv[1])};
  if (where.sll_ifindex == 0) return fail(argv[1]);
  if (bind(fd, (struct sockaddr *)&where, sizeof where) < 0) return fail("bind");
  struct packet_mreq all = {.mr_ifindex = where.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
  if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0) return fail("promiscuous");

  FILE *out = fopen(argv[2], "wb");
  if (out == NULL) return fail(argv[2]);
  setvbuf(out, buffer, _IOFBF, sizeof buffer);
  uint32_t header[6] = {0xa1b2c3d4u, 2u | 4u << 16, 0, 0, SNAP_BYTES, 1};
  fwrite(header, sizeof header, 1, out);
  puts("ready");
  fflush(stdout);

  while (!stopping) {
    ssize_t length = recv(fd, frame, sizeof frame, MSG_TRUNC);
    if (length < 0) {
      if (errno == EINTR || errno == EAGAIN || errno == ENETDOWN) continue;
      return fail("recv");
    }
    uint32_t kept = length < SNAP_BYTES ? (uint32_t)length : SNAP_BYTES;
    struct timeval now;
    gettimeofday(&now, NULL);
    uint32_t record[4] = {(uint32_t)now.tv_sec, (uint32_t)now.tv_usec, kept, (uint32_t)length};
    fwrite(record, sizeof record, 1, out);
    fwrite(frame, kept, 1, out);
  }
  struct tpacket_stats stats = {0};
  socklen_t stats_size = sizeof stats;
  getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &stats_size);
  printf("lost %u\n", stats.tp_drops);
  return fclose(out) == 0 ? 0 : fail(argv[2]);
}
