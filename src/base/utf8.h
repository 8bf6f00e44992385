/* UTF-8 as RFC 3629 defines it. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at @text, of which @len are there; 0 when it is none. */
size_t utf8_length(const char *text, size_t len);

/* The same, with its code point in @ret; a byte that begins none is itself. */
size_t utf8_decode(const char *text, size_t len, unsigned int *ret);

/* No overlong forms, no surrogates, nothing above U+10FFFF, nothing cut short. */
bool utf8_valid(const char *text, size_t len);

#endif
