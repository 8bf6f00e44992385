/* See net/roots.h. ROOTS_FILE comes from the Makefile; without it there are no roots. */
	.section .rodata
	.global cc_roots_pem, cc_roots_pem_end
	.type cc_roots_pem, %object
	.type cc_roots_pem_end, %object
cc_roots_pem:
#ifdef ROOTS_FILE
	.incbin ROOTS_FILE
#endif
cc_roots_pem_end:
	.byte 0
	.size cc_roots_pem, cc_roots_pem_end - cc_roots_pem

	.section .note.GNU-stack, "", %progbits
