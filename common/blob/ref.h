/* What names a blob everywhere: its SHA-256 and its size. */
#ifndef BLOB_REF_H
#define BLOB_REF_H

#include <stdint.h>

#include "common/base/digest.h"

struct blob_ref {
	struct digest digest; /* all zero = none */
	uint64_t size;        /* bytes */
};

#endif
