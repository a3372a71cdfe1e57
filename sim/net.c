#include "sim/net.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/wire/codec.h"
#include "common/wire/frame.h"
#include "sim/net_internal.h"

#define BULK_MAX (192u * 1024u) /* chunk bytes under way from one end */

/* A frame on its way. */
struct flight {
	struct sim_link *to;
	uint32_t transfer; /* chunks only */
	uint64_t offset;
	bool is_chunk;
	struct buf bytes; /* envelope without its frame header, or chunk data */
};

struct sim_net *sim_net_new(uint64_t seed, const struct sim_faults *faults)
{
	struct sim_net *n = mem_zalloc(sizeof(*n));

	rng_seed(&n->rng, seed, rng_stream("sim/net"));
	n->faults = *faults;
	n->trace = 0xcbf29ce484222325u;
	return n;
}

int64_t sim_now(const struct sim_net *n)
{
	return n->now_ms;
}

bool sim_is_calm(const struct sim_net *n)
{
	return n->now_ms >= n->faults.calm_ms;
}

struct rng *sim_rng(struct sim_net *n)
{
	return &n->rng;
}

uint64_t sim_sent(const struct sim_net *n, int owner)
{
	return n->sent[owner];
}

size_t sim_waiting_max(const struct sim_net *n)
{
	return n->waiting_max;
}

size_t sim_bulk_max(const struct sim_net *n)
{
	return n->bulk_max;
}

uint64_t sim_trace(const struct sim_net *n)
{
	return n->trace;
}

static void trace(struct sim_net *n, const void *p, size_t len)
{
	const uint8_t *b = p;

	n->trace = (n->trace ^ (uint64_t)n->now_ms) * 0x100000001b3u;
	for (size_t i = 0; i < len; i++)
		n->trace = (n->trace ^ b[i]) * 0x100000001b3u;
}

static bool drawn(struct sim_net *n, double probability)
{
	return !sim_is_calm(n) && rng_double(&n->rng) < probability;
}

static int64_t latency(struct sim_net *n)
{
	return 1 + (int64_t)rng_below(&n->rng, (uint64_t)n->faults.latency_max_ms);
}

static bool partitioned(const struct sim_net *n, int edge)
{
	return n->partition_ms[edge] > n->now_ms;
}

/* --- the end of links -------------------------------------------------------------------------- */

static void on_end(void *ctx, uint64_t by_us)
{
	struct sim_link *l = ctx;
	struct err why = {E_UNAVAILABLE, ""};

	if (l->closed)
		return;
	l->closed = true;
	l->broken = true;
	str_copy(why.text, sizeof(why.text), by_us ? "closed by us" : "the connection was lost");
	if (l->base.on)
		l->base.on->on_closed(l->base.ctx, &l->base, &why);
}

static void end_later(struct sim_link *l, int64_t delay_ms, bool by_us)
{
	if (!l->closed)
		sim_after(l->net, delay_ms, l->owner, on_end, l, by_us);
}

/* Both ends notice, each in its own time; a cut is quick for one and slow for the other. */
static void cut(struct sim_link *l)
{
	l->broken = true;
	l->other->broken = true;
	end_later(l, latency(l->net), false);
	end_later(l->other, latency(l->net) * (int64_t)(1 + rng_below(&l->net->rng, 20)), false);
}

static void op_close(struct link *base)
{
	struct sim_link *l = (struct sim_link *)base;
	int64_t after_all = l->last_ms > l->net->now_ms ? l->last_ms - l->net->now_ms : 0;

	if (l->closed)
		return;
	l->broken = true;
	end_later(l, 0, true);
	end_later(l->other, after_all + latency(l->net), false);
}

/* --- frames ------------------------------------------------------------------------------------ */

static void flight_free(struct flight *f)
{
	buf_release(&f->bytes);
	free(f);
}

static void deliver_message(struct sim_link *to, struct flight *f)
{
	struct err e = ERR_INIT;
	struct msg m;

	if (!to->authenticated && f->bytes.len > WIRE_FRAME_UNAUTH_MAX) {
		cut(to);
		return;
	}
	if (codec_decode(f->bytes.data, f->bytes.len, &m, &e)) {
		cut(to);
		return;
	}
	to->base.on->on_message(to->base.ctx, &to->base, &m);
	msg_release(&m);
}

static void count_up(size_t *now, size_t by, size_t *most)
{
	*now += by;
	if (*now > *most)
		*most = *now;
}

/* A process that is dying sends no more. */
static bool gets_out(struct sim_link *l)
{
	struct sim_net *n = l->net;

	if (l->closed || l->broken || sim_is_mute(n, l->owner))
		return false;
	if (sim_is_doomed(n, l->owner))
		n->doomed_sends--;
	n->sent[l->owner]++;
	return true;
}

static void give_room(struct sim_link *from, size_t bytes)
{
	bool full = from->bulk >= BULK_MAX;

	from->bulk -= bytes;
	if (full && !from->closed && !from->broken)
		from->base.on->on_room(from->base.ctx, &from->base);
}

static void on_arrival(void *ctx, uint64_t arg)
{
	struct flight *f = ctx;
	struct sim_link *to = f->to;

	(void)arg;
	if (!to->closed && !to->broken && !partitioned(to->net, to->edge)) {
		trace(to->net, f->bytes.data, f->is_chunk && f->bytes.len > 64 ? 64 : f->bytes.len);
		if (f->is_chunk)
			to->base.on->on_chunk(to->base.ctx, &to->base, f->transfer, f->offset, f->bytes.data,
			                      f->bytes.len);
		else
			deliver_message(to, f);
	}
	if (f->is_chunk)
		give_room(to->other, f->bytes.len);
	else
		to->other->waiting--;
	flight_free(f);
}

/* Frames belong to the network, not to a process: owner SIM_OWNERS_MAX - 1 never crashes. */
static void send_at(struct sim_link *l, struct flight *f, bool in_order)
{
	int64_t at = l->net->now_ms + latency(l->net);

	if (!f->is_chunk)
		count_up(&l->waiting, 1, &l->net->waiting_max);
	if (in_order && at < l->last_ms)
		at = l->last_ms;
	if (at > l->last_ms)
		l->last_ms = at;
	sim_after(l->net, at - l->net->now_ms, SIM_OWNERS_MAX - 1, on_arrival, f, 0);
}

static struct flight *flight_new(struct sim_link *l)
{
	struct flight *f = mem_zalloc(sizeof(*f));

	f->to = l->other;
	return f;
}

static struct flight *encoded(struct sim_link *l, const struct msg *m)
{
	struct flight *f = flight_new(l);
	struct msg copy = *m;
	struct err e = ERR_INIT;

	copy.seq = ++l->seq;
	if (codec_encode(&copy, &f->bytes, &e)) {
		flight_free(f);
		return NULL;
	}
	memmove(f->bytes.data, f->bytes.data + FRAME_HEADER, f->bytes.len - FRAME_HEADER);
	f->bytes.len -= FRAME_HEADER;
	return f;
}

static void op_send(struct link *base, const struct msg *m)
{
	struct sim_link *l = (struct sim_link *)base;
	struct sim_net *n = l->net;
	struct flight *f;

	if (!gets_out(l))
		return;
	if (drawn(n, n->faults.cut)) {
		cut(l);
		return;
	}
	if (drawn(n, n->faults.lose))
		return;
	f = encoded(l, m);
	if (!f) { /* a message of ours that breaks its own limits */
		cut(l);
		return;
	}
	if (drawn(n, n->faults.duplicate)) {
		struct flight *again = flight_new(l);

		buf_append(&again->bytes, f->bytes.data, f->bytes.len);
		send_at(l, again, false);
	}
	send_at(l, f, !drawn(n, n->faults.overtake));
}

static size_t op_room(const struct link *base)
{
	const struct sim_link *l = (const struct sim_link *)base;

	return l->closed || l->broken || l->bulk >= BULK_MAX ? 0 : WIRE_CHUNK_MAX;
}

static void op_send_chunk(struct link *base, uint32_t transfer, uint64_t offset, const uint8_t *data,
                          size_t len)
{
	struct sim_link *l = (struct sim_link *)base;
	struct flight *f;

	if (!gets_out(l))
		return;
	f = flight_new(l);
	f->is_chunk = true;
	f->transfer = transfer;
	f->offset = offset;
	buf_append(&f->bytes, data, len);
	count_up(&l->bulk, len, &l->net->bulk_max);
	send_at(l, f, true);
}

static void op_welcomed(struct link *base)
{
	((struct sim_link *)base)->authenticated = true;
}

static const struct link_ops ops = {op_send, op_room, op_send_chunk, op_welcomed, op_close};

/* --- connections ------------------------------------------------------------------------------- */

static struct sim_link *link_new(struct sim_net *n, int owner, int edge, const char *peer)
{
	struct sim_link *l = mem_zalloc(sizeof(*l));

	l->base.ops = &ops;
	str_copy(l->base.peer, sizeof(l->base.peer), peer);
	l->net = n;
	l->owner = owner;
	l->edge = edge;
	l->next = n->links;
	n->links = l;
	return l;
}

void sim_dial(struct sim_net *n, const struct sim_dial *d)
{
	struct sim_link *cloud, *edge;

	if (!d->reachable || partitioned(n, d->owner) || drawn(n, n->faults.cut)) {
		d->connected(d->edge_ctx, NULL);
		return;
	}
	cloud = link_new(n, 0, d->owner, d->edge);
	edge = link_new(n, d->owner, d->owner, "cloud");
	cloud->other = edge;
	edge->other = cloud;
	d->accepted(d->cloud_ctx, &cloud->base);
	d->connected(d->edge_ctx, &edge->base);
}

void sim_kill_links(struct sim_net *n, int owner)
{
	for (struct sim_link *l = n->links; l; l = l->next) {
		if (l->owner != owner || l->closed)
			continue;
		l->closed = true;
		l->broken = true;
		l->other->broken = true;
		end_later(l->other, latency(n), false);
	}
}

void sim_cut(struct sim_net *n, int owner)
{
	for (struct sim_link *l = n->links; l; l = l->next)
		if (l->owner == owner && !l->closed && !l->broken)
			cut(l);
}

void sim_partition(struct sim_net *n, int owner, int64_t until_ms)
{
	n->partition_ms[owner] = until_ms;
}

static void free_flights(struct sim_net *n)
{
	for (size_t i = 0; i < n->event_count; i++)
		if (n->event[i].fn == on_arrival)
			flight_free(n->event[i].ctx);
}

void sim_net_free(struct sim_net *n)
{
	if (!n)
		return;
	free_flights(n);
	for (struct sim_link *l = n->links, *next; l; l = next) {
		next = l->next;
		free(l);
	}
	free(n->event);
	free(n);
}
