/* Inside the codec: one row for each kind of message. */
#ifndef WIRE_CODEC_TABLE_H
#define WIRE_CODEC_TABLE_H

#include "common/wire/codec_field.h"

struct codec_row {
	enum msg_kind kind;
	Foedus__V1__Envelope__BodyCase body;
	struct table table;
};

extern const struct codec_row codec_rows[];
extern const size_t codec_row_count;

#endif
