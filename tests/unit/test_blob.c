#include "common/blob/blob.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "tests/support/suite.h"

/* Every test begins with an empty store. */
static struct blobs *open_store(void)
{
	struct blobs *b;
	struct err e = ERR_INIT;
	char path[512];

	snprintf(path, sizeof(path), "%s/store0", suite_tmp());
	ck_ok(dir_remove(path, &e), &e);
	ck_ok(blobs_open(&b, path, NULL, &e), &e);
	return b;
}

static void stored_path(const struct digest *d, char *out, size_t cap, const char *part)
{
	char hex[DIGEST_HEX];

	digest_hex(d, hex);
	if (strcmp(part, "blobs") == 0)
		snprintf(out, cap, "%s/store0/blobs/%.2s/%s", suite_tmp(), hex, hex);
	else
		snprintf(out, cap, "%s/store0/%s/%s", suite_tmp(), part, hex);
}

static void fill(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 31 + i / 251);
}

START_TEST(what_is_put_can_be_read_every_way)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct blob_ref ref, again;
	struct blob_reader *r;
	struct blob_map m;
	struct buf all = BUF_INIT;
	uint8_t in[70000], part[10];
	uint64_t size;

	fill(in, sizeof(in));
	ck_ok(blobs_put(b, in, sizeof(in), &ref, &e), &e);
	ck_ok(blobs_put(b, in, sizeof(in), &again, &e), &e);
	ck_assert(digest_equal(&ref.digest, &again.digest));
	ck_assert(blobs_has(b, &ref.digest, &size));
	ck_assert_uint_eq(size, sizeof(in));
	ck_ok(blobs_load(b, &ref.digest, sizeof(in), &all, &e), &e);
	ck_assert_uint_eq(all.len, sizeof(in));
	ck_assert_mem_eq(all.data, in, sizeof(in));
	ck_fails(blobs_load(b, &ref.digest, sizeof(in) - 1, &all, &e), E_LIMIT, &e, "70000 bytes");
	ck_ok(blobs_map(b, &ref.digest, sizeof(in), &m, &e), &e);
	ck_assert_mem_eq(m.data, in, sizeof(in));
	blob_unmap(&m);
	ck_ok(blob_reader_open(&r, b, &ref.digest, &e), &e);
	ck_ok(blob_reader_at(r, 69990, part, 10, &e), &e);
	ck_assert_mem_eq(part, in + 69990, 10);
	ck_fails(blob_reader_at(r, 69991, part, 10, &e), E_INVALID, &e, "beyond");
	blob_reader_close(r);
	buf_release(&all);
	blobs_close(b);
}
END_TEST

START_TEST(an_empty_blob_is_a_blob)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct blob_ref ref;
	struct buf all = BUF_INIT;

	ck_ok(blobs_put(b, "", 0, &ref, &e), &e);
	ck_ok(blobs_load(b, &ref.digest, 0, &all, &e), &e);
	ck_assert_uint_eq(all.len, 0);
	buf_release(&all);
	blobs_close(b);
}
END_TEST

START_TEST(a_corrupt_blob_is_named_and_set_aside)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct blob_ref ref;
	struct buf all = BUF_INIT;
	char path[600], hex[DIGEST_HEX];

	ck_ok(blobs_put(b, "good bytes", 10, &ref, &e), &e);
	stored_path(&ref.digest, path, sizeof(path), "blobs");
	ck_ok(file_write(path, "bad bytes!", 10, 0600, &e), &e);
	digest_hex(&ref.digest, hex);
	ck_fails(blobs_load(b, &ref.digest, 100, &all, &e), E_CORRUPT, &e, hex);
	ck_assert(!blobs_has(b, &ref.digest, NULL));
	stored_path(&ref.digest, path, sizeof(path), "corrupt");
	ck_assert(file_exists(path));
	ck_ok(blobs_put(b, "good bytes", 10, NULL, &e), &e);
	ck_ok(blobs_load(b, &ref.digest, 100, &all, &e), &e);
	buf_release(&all);
	blobs_close(b);
}
END_TEST

START_TEST(a_receive_resumes_where_it_was_cut_off)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct blob_receive *r;
	uint8_t in[5000];
	struct blob_ref ref;

	fill(in, sizeof(in));
	ref = (struct blob_ref){digest_of(in, sizeof(in)), sizeof(in)};
	ck_ok(blob_receive_begin(&r, b, &ref, &e), &e);
	ck_ok(blob_receive_write(r, in, 3000, &e), &e);
	ck_fails(blob_receive_verify(r, &e), E_STATE, &e, "not complete");
	blob_receive_end(r);
	ck_assert(!blobs_has(b, &ref.digest, NULL));

	ck_ok(blob_receive_begin(&r, b, &ref, &e), &e);
	ck_assert_uint_eq(blob_receive_held(r), 3000);
	ck_fails(blob_receive_write(r, in + 3000, 2001, &e), E_LIMIT, &e, "5001 bytes");
	ck_ok(blob_receive_write(r, in + 3000, 2000, &e), &e);
	ck_fails(blob_receive_commit(r, &e), E_STATE, &e, "verified");
	ck_ok(blob_receive_verify(r, &e), &e);
	ck_assert(!blobs_has(b, &ref.digest, NULL));
	ck_ok(blob_receive_commit(r, &e), &e);
	blob_receive_end(r);
	ck_assert(blobs_has(b, &ref.digest, NULL));
	ck_fails(blob_receive_begin(&r, b, &ref, &e), E_EXISTS, &e, "already");
	blobs_close(b);
}
END_TEST

START_TEST(wrong_bytes_are_thrown_away)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct blob_receive *r;
	struct blob_ref ref = {digest_of("right", 5), 5};

	ck_ok(blob_receive_begin(&r, b, &ref, &e), &e);
	ck_ok(blob_receive_write(r, "wrong", 5, &e), &e);
	ck_fails(blob_receive_verify(r, &e), E_CORRUPT, &e, "fails the digest");
	blob_receive_end(r);
	ck_ok(blob_receive_begin(&r, b, &ref, &e), &e);
	ck_assert_uint_eq(blob_receive_held(r), 0);
	blob_receive_end(r);
	blobs_close(b);
}
END_TEST

START_TEST(a_spoilt_partial_does_not_spoil_a_put)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct digest d = digest_of("right", 5);
	char path[600];

	stored_path(&d, path, sizeof(path), "partial");
	ck_ok(file_write(path, "wro", 3, 0600, &e), &e);
	ck_ok(blobs_put(b, "right", 5, NULL, &e), &e);
	ck_assert(blobs_has(b, &d, NULL));
	blobs_close(b);
}
END_TEST

START_TEST(two_receives_of_one_blob_do_not_mix)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct blob_receive *one, *two;
	struct blob_ref ref = {digest_of("abcdef", 6), 6};

	ck_ok(blob_receive_begin(&one, b, &ref, &e), &e);
	ck_ok(blob_receive_write(one, "abc", 3, &e), &e);
	ck_ok(blob_receive_begin(&two, b, &ref, &e), &e);
	ck_assert_uint_eq(blob_receive_held(two), 0);
	ck_ok(blob_receive_write(two, "abcdef", 6, &e), &e);
	ck_ok(blob_receive_verify(two, &e), &e);
	ck_ok(blob_receive_commit(two, &e), &e);
	blob_receive_end(two);
	ck_ok(blob_receive_write(one, "def", 3, &e), &e);
	ck_ok(blob_receive_verify(one, &e), &e);
	ck_ok(blob_receive_commit(one, &e), &e);
	blob_receive_end(one);
	ck_assert(blobs_has(b, &ref.digest, NULL));
	blobs_close(b);
}
END_TEST

START_TEST(a_partial_that_is_too_long_starts_over)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct blob_receive *r;
	struct blob_ref ref = {digest_of("short", 5), 5};
	char path[600];

	stored_path(&ref.digest, path, sizeof(path), "partial");
	ck_ok(file_write(path, "much longer", 11, 0600, &e), &e);
	ck_ok(blob_receive_begin(&r, b, &ref, &e), &e);
	ck_assert_uint_eq(blob_receive_held(r), 0);
	ck_ok(blob_receive_write(r, "short", 5, &e), &e);
	ck_ok(blob_receive_verify(r, &e), &e);
	blob_receive_end(r);
	blobs_close(b);
}
END_TEST

static int count_and_remove(void *ctx, const struct blob_ref *ref)
{
	struct blobs **store = ctx;
	struct err e = ERR_INIT;

	ck_assert_uint_eq(ref->size, 1);
	ck_ok(blobs_remove(store[0], &ref->digest, &e), &e);
	return 0;
}

static int stop(void *ctx, const struct blob_ref *ref)
{
	(void)ref;
	return ++*(int *)ctx;
}

START_TEST(the_store_can_be_walked_and_swept)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct blob_receive *r;
	struct blob_ref ref = {digest_of("xyz", 3), 3};
	size_t removed;
	int seen = 0;

	for (char c = 'a'; c <= 'j'; c++)
		ck_ok(blobs_put(b, &c, 1, NULL, &e), &e);
	ck_assert_int_eq(blobs_each(b, stop, &seen, &e), 1);
	ck_ok(blobs_each(b, count_and_remove, &b, &e), &e);
	seen = 0;
	ck_ok(blobs_each(b, stop, &seen, &e), &e);
	ck_assert_int_eq(seen, 0);

	ck_ok(blob_receive_begin(&r, b, &ref, &e), &e);
	ck_ok(blob_receive_write(r, "xy", 2, &e), &e);
	ck_ok(blobs_drop_partials(b, &removed, &e), &e);
	ck_assert_uint_eq(removed, 0);
	blob_receive_end(r);
	ck_ok(blobs_drop_partials(b, &removed, &e), &e);
	ck_assert_uint_eq(removed, 1);
	blobs_close(b);
}
END_TEST

/* Two peers send the same blob; the second is through, and its blob is swept away before the first is. */
START_TEST(a_receive_under_way_outlives_the_removal_of_its_blob)
{
	struct blobs *b = open_store();
	struct err e = ERR_INIT;
	struct blob_receive *slow, *quick;
	struct blob_ref ref = {digest_of("xyz", 3), 3};

	ck_ok(blob_receive_begin(&slow, b, &ref, &e), &e);
	ck_ok(blob_receive_write(slow, "xy", 2, &e), &e);
	ck_ok(blob_receive_begin(&quick, b, &ref, &e), &e);
	ck_ok(blob_receive_write(quick, "xyz", 3, &e), &e);
	ck_ok(blob_receive_verify(quick, &e), &e);
	ck_ok(blob_receive_commit(quick, &e), &e);
	blob_receive_end(quick);
	ck_ok(blobs_remove(b, &ref.digest, &e), &e);
	ck_assert(!blobs_has(b, &ref.digest, NULL));
	ck_ok(blob_receive_write(slow, "z", 1, &e), &e);
	ck_ok(blob_receive_verify(slow, &e), &e);
	ck_ok(blob_receive_commit(slow, &e), &e);
	blob_receive_end(slow);
	ck_assert(blobs_has(b, &ref.digest, NULL));
	blobs_close(b);
}
END_TEST

/* A blob that this process makes itself while a peer sends it, wrongly. */
START_TEST(two_threads_do_not_write_into_one_partial)
{
	struct blobs *b = open_store(), *other;
	struct err e = ERR_INIT;
	struct blob_receive *r;
	struct blob_ref ref = {digest_of("xyz", 3), 3};
	struct buf all = BUF_INIT;
	char path[512];

	snprintf(path, sizeof(path), "%s/store0", suite_tmp());
	ck_ok(blobs_open(&other, path, &(struct blobs_options){.partials = "mine"}, &e), &e);
	ck_ok(blob_receive_begin(&r, b, &ref, &e), &e);
	ck_ok(blob_receive_write(r, "x", 1, &e), &e);
	ck_ok(blobs_put(other, "xyz", 3, NULL, &e), &e);
	ck_ok(blob_receive_write(r, "??", 2, &e), &e);
	ck_fails(blob_receive_verify(r, &e), E_CORRUPT, &e, "fails the digest");
	blob_receive_end(r);
	ck_ok(blobs_load(b, &ref.digest, 3, &all, &e), &e);
	ck_assert_mem_eq(all.data, "xyz", 3);
	buf_release(&all);
	blobs_close(other);
	blobs_close(b);
}
END_TEST

START_TEST(a_bad_folder_is_named)
{
	struct err e = ERR_INIT;
	struct blobs *b;
	char path[512];

	snprintf(path, sizeof(path), "%s/file", suite_tmp());
	ck_ok(file_write(path, "x", 1, 0600, &e), &e);
	ck_assert_int_lt(blobs_open(&b, path, NULL, &e), 0);
	ck_assert_ptr_nonnull(strstr(e.text, path));
	ck_assert_ptr_null(b);
}
END_TEST

SUITE("blob/blob", what_is_put_can_be_read_every_way, an_empty_blob_is_a_blob,
      a_corrupt_blob_is_named_and_set_aside, a_receive_resumes_where_it_was_cut_off,
      wrong_bytes_are_thrown_away, two_receives_of_one_blob_do_not_mix, a_spoilt_partial_does_not_spoil_a_put,
      a_partial_that_is_too_long_starts_over, the_store_can_be_walked_and_swept,
      a_receive_under_way_outlives_the_removal_of_its_blob, two_threads_do_not_write_into_one_partial,
      a_bad_folder_is_named)
