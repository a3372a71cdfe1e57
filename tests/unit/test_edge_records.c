#include "edge/daemon/records.h"

#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/json.h"
#include "tests/support/suite.h"

static const char *folder(void)
{
	static char path[4096];
	struct err e = ERR_INIT;

	ck_ok(path_join(path, sizeof(path), suite_tmp(), "deep/state", &e), &e);
	return path;
}

START_TEST(one_edge_a_folder)
{
	struct records a, b;
	struct err e = ERR_INIT;

	ck_ok(records_open(&a, folder(), &e), &e);
	ck_fails(records_open(&b, folder(), &e), E_STATE, &e, "another foedus-edge");
	records_close(&a);
	ck_ok(records_open(&b, folder(), &e), &e);
	records_close(&b);
	ck_fails(records_open(&a, "", &e), E_INVALID, &e, "--state");
	ck_fails(records_open(&a, "/dev/null/x", &e), E_IO, &e, "--state");
}
END_TEST

START_TEST(a_folder_stays_with_its_edge)
{
	struct records r;
	struct err e = ERR_INIT;

	ck_ok(records_open(&r, folder(), &e), &e);
	ck_ok(records_claim(&r, "edge-1", &e), &e);
	ck_ok(records_claim(&r, "edge-1", &e), &e);
	ck_fails(records_claim(&r, "edge-2", &e), E_INVALID, &e, "the state of edge 'edge-1'");
	records_close(&r);
}
END_TEST

START_TEST(the_state_is_kept)
{
	struct edge_state s = {.item = {-1, -1}};
	struct edge_state back = {0};
	struct records r;
	struct err e = ERR_INIT;
	char path[RECORDS_PATH_MAX];
	bool there = true;

	ck_ok(records_open(&r, folder(), &e), &e);
	ck_ok(records_load_state(&r, &back, &there, &e), &e);
	ck_assert(!there);
	edge_state_add_done(&s)->update.task = 5;
	ck_ok(records_save_state(&r, &s, &e), &e);
	ck_ok(records_load_state(&r, &back, &there, &e), &e);
	ck_assert(there);
	ck_assert_uint_eq(back.done[0].update.task, 5);
	ck_ok(file_write(records_path(&r, "state.json", path), "{}", 2, 0600, &e), &e);
	ck_fails(records_load_state(&r, &back, &there, &e), E_INVALID, &e, "state.json: edge state: ");
	ck_assert(there);
	records_close(&r);
}
END_TEST

START_TEST(receipts_are_lines)
{
	struct msg_receipt m = {.task = 7, .accepted = true, .paid_micro = 1500000, .ledger_entry = 2};
	struct buf text = BUF_INIT;
	struct records r;
	struct err e = ERR_INIT;
	char path[RECORDS_PATH_MAX];
	char *line, *rest = NULL;
	int lines = 0;

	ck_ok(records_open(&r, folder(), &e), &e);
	ck_ok(records_add_receipt(&r, 3, &m, 0, &e), &e);
	ck_ok(file_read(records_path(&r, "receipts.jsonl", path), 4096, &text, &e), &e);
	buf_str(&text, "{\"half a li"); /* as a crash leaves it */
	ck_ok(file_write(path, text.data, text.len, 0600, &e), &e);
	m.task = 8;
	snprintf(m.reason, sizeof(m.reason), "a \"quoted\" reason\nof two lines");
	ck_ok(records_add_receipt(&r, 3, &m, 0, &e), &e);
	buf_clear(&text);
	ck_ok(file_read(path, 4096, &text, &e), &e);
	for (line = strtok_r(buf_cstr(&text), "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		json_t *o = NULL;
		int64_t task;

		if (++lines == 2)
			continue;
		ck_ok(json_parse(line, strlen(line), &o, &e), &e);
		ck_ok(json_get_int(o, "task", 0, 100, &task, &e), &e);
		ck_assert_int_eq(task, lines == 1 ? 7 : 8);
		json_decref(o);
	}
	ck_assert_int_eq(lines, 3);
	buf_release(&text);
	records_close(&r);
}
END_TEST

START_TEST(the_agent_is_kept)
{
	struct buf text = BUF_INIT;
	struct records r;
	struct err e = ERR_INIT;

	ck_ok(records_open(&r, folder(), &e), &e);
	ck_assert_int_eq(records_load_agent(&r, &text, &e), E_NOT_FOUND);
	ck_ok(records_save_agent(&r, (const uint8_t *)"signed", 6, &e), &e);
	ck_ok(records_load_agent(&r, &text, &e), &e);
	ck_assert_str_eq(buf_cstr(&text), "signed");
	buf_release(&text);
	records_close(&r);
}
END_TEST

SUITE("edge/daemon/records", one_edge_a_folder, a_folder_stays_with_its_edge, the_state_is_kept,
      receipts_are_lines, the_agent_is_kept)
