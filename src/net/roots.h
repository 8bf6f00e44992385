/*
 * The roots built into the program, as PEM text: what the build's ROOTS file held (the
 * distribution's ca-certificates), used where the machine has no bundle of its own.
 */
#ifndef NET_ROOTS_H
#define NET_ROOTS_H

extern const unsigned char cc_roots_pem[];
extern const unsigned char cc_roots_pem_end[];

#endif
