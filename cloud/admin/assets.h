/* The dashboard, which is part of the program (dashboard/embed.sh writes it as C): index.html with its styles
 * and its program inside, and what that names. */
#ifndef ADMIN_ASSETS_H
#define ADMIN_ASSETS_H

#include <stddef.h>

struct asset {
	const char *name; /* without a folder */
	const char *type; /* for Content-Type */
	const unsigned char *data;
	size_t size;
};

extern const struct asset assets[]; /* ended by a NULL name */

#endif
