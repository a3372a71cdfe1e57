/* The verbs that change when rounds start. */
#include <stdio.h>

#include "common/http/client.h"
#include "ctl/cells.h"
#include "ctl/round.h"

struct start_options {
	struct api_options api;
	bool watch;
};

struct drain_options {
	struct api_options api;
	bool stay;
};

static const struct opt options[] = {API_OPTIONS, OPT_END};

static int start(struct api *a, struct err *e)
{
	bool watch = ((const struct start_options *)a->o)->watch;
	json_t *body;
	int64_t number;
	int rc = api_post(a, &body, e, "/api/v1/rounds");

	if (rc)
		return rc;
	number = field_int(body, "round");
	if (a->json && !watch)
		api_print(body);
	else if (!a->json)
		printf("round %lld has begun\n", (long long)number);
	json_decref(body);
	return watch ? round_follow(a, number, e) : 0;
}

static int finish(const struct api *a, json_t *status)
{
	if (a->json)
		api_print(status);
	else
		printf("the cloud is %s\n", field_text(status, "mode"));
	json_decref(status);
	return 0;
}

static int pause_rounds(struct api *a, struct err *e)
{
	json_t *body;
	int rc = api_post(a, &body, e, "/api/v1/control/pause");

	return rc ? rc : finish(a, body);
}

static int resume(struct api *a, struct err *e)
{
	json_t *body;
	int rc = api_post(a, &body, e, "/api/v1/control/resume");

	return rc ? rc : finish(a, body);
}

static int drain(struct api *a, struct err *e)
{
	bool stay = ((const struct drain_options *)a->o)->stay;
	json_t *ask = json_pack("{s:b}", "exit", !stay), *body = NULL;
	int rc = http_client_post(a->http, "/api/v1/control/drain", ask, &body, e);

	json_decref(ask);
	return rc ? rc : finish(a, body);
}

int round_start(int argc, char **argv)
{
	static const struct opt table[] = {
	    {"watch", 'w', OPT_FLAG, "", "follow it to its end", NULL, 0, 0, OPT_AT(start_options, watch)},
	    API_OPTIONS,
	    OPT_END};
	static const struct opt_program p = {"foedus round start", "starts a round now, also when paused", "",
	                                     table, .examples = "  foedus round start --watch\n"};
	struct start_options o = {.watch = false};

	return api_run(&p, argc, argv, &o, start);
}

int round_pause(int argc, char **argv)
{
	static const struct opt_program p = {"foedus round pause",
	                                     "no round starts by itself any more, also after a restart", "",
	                                     options, .examples = "  foedus round pause\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, pause_rounds);
}

int round_resume(int argc, char **argv)
{
	static const struct opt_program p = {"foedus round resume",
	                                     "rounds start by themselves again; takes back pause and drain", "",
	                                     options, .examples = "  foedus round resume\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, resume);
}

int round_drain(int argc, char **argv)
{
	static const struct opt table[] = {{"stay", 0, OPT_FLAG, "",
	                                    "the cloud stays, until `foedus round resume`", NULL, 0, 0,
	                                    OPT_AT(drain_options, stay)},
	                                   API_OPTIONS,
	                                   OPT_END};
	static const struct opt_program p = {"foedus round drain",
	                                     "the round under way ends and no other starts; then the cloud ends",
	                                     "", table, .examples = "  foedus round drain --stay\n"};
	struct drain_options o = {.stay = false};

	return api_run(&p, argc, argv, &o, drain);
}
