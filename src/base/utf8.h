/* UTF-8 as RFC 3629 defines it. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* No overlong forms, no surrogates, nothing above U+10FFFF, nothing cut short. */
bool utf8_valid(const char *text, size_t len);

#endif
