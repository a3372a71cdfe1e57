#include "cloud/daemon/options.h"

#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/contract/instance_json.h"
#include "common/data/dataset.h"

#define AT(member)     OPT_AT(cloud_options, member)
#define RELOAD(member) OPT_AT_RELOAD(cloud_options, member)
#define HOUR_MS        3600000.0

static const struct opt table[] = {
    {"config", 'c', OPT_TEXT, "FILE", "read options from this file first", NULL, 0, 0, AT(config)},
    {"listen", 'l', OPT_TEXT, "HOST:PORT", "where edges connect; port 0 = any free one", "0.0.0.0:7700", 0, 0,
     AT(listen)},
    {"admin", 'a', OPT_TEXT, "HOST:PORT", "where people and programs ask over HTTP", "127.0.0.1:7701", 0, 0,
     AT(admin)},
    {"admin-read", 0, OPT_CHOICE, "auto|open|token",
     "who may read over HTTP: all, or with the token; auto = all on loopback only", "auto", 0, 0,
     AT(admin_read)},
    {"admin-token", 0, OPT_TEXT, "FILE", "the token of changes over HTTP; admin.token in the state folder",
     NULL, 0, 0, AT(admin_token)},
    {"admin-hosts", 0, OPT_TEXT, "NAME,NAME", "further names by which browsers may ask over HTTP", NULL, 0, 0,
     AT(admin_hosts)},
    {"state", 's', OPT_TEXT, "DIR", "the database, the blobs and the port files", "foedus-cloud", 0, 0,
     AT(state)},
    {"name", 'n', OPT_TEXT, "NAME", "what edges are told this cloud is called", "cloud", 0, 0, AT(name)},
    {"cert", 0, OPT_TEXT, "FILE", "our certificate, role cloud", opt_needed, 0, 0, RELOAD(cert)},
    {"key", 0, OPT_TEXT, "FILE", "its private key", opt_needed, 0, 0, RELOAD(key)},
    {"ca", 0, OPT_TEXT, "FILE", "the authority that edges' certificates must be from", opt_needed, 0, 0,
     RELOAD(ca)},
    {"crl", 0, OPT_TEXT, "FILE", "its revocation list", NULL, 0, 0, RELOAD(crl)},
    {"agent-key", 0, OPT_TEXT, "FILE", "the private key that signs agents", opt_needed, 0, 0, AT(agent_key)},
    {"agent-id", 0, OPT_TEXT, "NAME", "the agent that is built", "agent", 0, 0, AT(agent_id)},
    {"open-enrolment", 0, OPT_FLAG, "", "any certificate of the authority may join, not only allowed edges",
     NULL, 0, 0, RELOAD(open_enrolment)},
    {"allow", 0, OPT_TEXT, "NAME,NAME", "edges put on the allow-list, when they are not known yet", NULL, 0,
     0, RELOAD(allow)},
    {"data", 'd', OPT_TEXT, "DIR", "IDX files with the images that modules are measured on", DATASET_DIR, 0,
     0, AT(data)},
    {"policy", 'p', OPT_TEXT, "NAME", "what writes the contracts: edmsac, exact, static or monotone",
     "edmsac", 0, 0, AT(policy)},
    {"policy-dir", 0, OPT_TEXT, "DIR", "checkpoints of edmsac; else beside the program, then as installed",
     NULL, 0, 0, AT(policy_dir)},
    {"learn-updates", 0, OPT_INT, "N",
     "that edmsac makes after a round, at most; 0 = it learns nothing on the job", "32", 0, 100000,
     AT(learn_updates)},
    {"learn-ms", 0, OPT_INT, "MS", "that edmsac learns after a round, at most", "2000", 1, HOUR_MS,
     AT(learn_ms)},
    {"market", 'm', OPT_TEXT, "FILE", "the terms of the contracts, one instance as JSON", NULL, 0, 0,
     AT(market)},
    {"types", 'K', OPT_INT, "K", "willingness types when there is no market file", "3", 1, CONTRACT_TYPES_MAX,
     AT(types)},
    {"participation", 0, OPT_CHOICE, "intertemporal|per-period", "when edges must break even",
     "intertemporal", 0, 0, AT(participation)},
    {"rounds", 'r', OPT_INT, "N", "rounds to run; 0 = without end", "0", 0, 1e9, RELOAD(rounds)},
    {"edges-min", 0, OPT_INT, "N", "a round starts when this many edges are connected", "2", 1, 4096,
     RELOAD(edges_min)},
    {"seed", 0, OPT_INT, "N", "of first parameters and training", "1", 0, 9e15, AT(seed)},
    {"samples-per-effort", 0, OPT_INT, "N", "training samples in one unit of effort", "4000", 1, 1e9,
     AT(samples_per_effort)},
    {"derive-samples", 0, OPT_INT, "N", "samples that each edge embeds for derived modules", "4000", 1, 1e9,
     AT(derive_samples)},
    {"screen-samples", 0, OPT_INT, "N", "test images that each update is measured on", "1000", 1, 1e7,
     AT(screen_samples)},
    {"norm-factor", 0, OPT_DOUBLE, "X", "an update may move this many times the median distance", "10", 1,
     1e6, AT(norm_factor)},
    {"metric-drop", 0, OPT_DOUBLE, "X", "an update may lose this much of the metric", "0.5", 0, 1,
     AT(metric_drop)},
    {"aggregate", 0, OPT_CHOICE, "fedavg|trimmed-mean|median",
     "how updates become one module; the last two bear some false ones", "fedavg", 0, 0, AT(aggregate)},
    {"signal-ms", 0, OPT_INT, "MS", "deadline of signals", "10000", 1, HOUR_MS, RELOAD(signal_ms)},
    {"choice-ms", 0, OPT_INT, "MS", "deadline of choices", "10000", 1, HOUR_MS, RELOAD(choice_ms)},
    {"train-ms", 0, OPT_INT, "MS", "deadline of training and upload", "600000", 1, 100 * HOUR_MS,
     RELOAD(train_ms)},
    {"deploy-ms", 0, OPT_INT, "MS", "deadline of deployment", "60000", 1, HOUR_MS, RELOAD(deploy_ms)},
    {"pause-ms", 0, OPT_INT, "MS", "between two rounds", "1000", 0, 100 * HOUR_MS, RELOAD(pause_ms)},
    {"retry-ms", 0, OPT_INT, "MS", "before the round after a failed one", "5000", 0, 100 * HOUR_MS,
     RELOAD(retry_ms)},
    {"heartbeat-ms", 0, OPT_INT, "MS", "how often edges say that they live", "2000", 50, HOUR_MS,
     RELOAD(heartbeat_ms)},
    {"keep-updates", 0, OPT_FLAG, "", "updates of finished rounds stay on disk, for audits", NULL, 0, 0,
     RELOAD(keep_updates)},
    {"links-max", 0, OPT_INT, "N", "connections at once", "1024", 1, 4096, AT(links_max)},
    {"log-level", 0, OPT_CHOICE, "debug|info|warn|error", "what is logged", "info", 0, 0, RELOAD(log_level)},
    {"log-format", 0, OPT_CHOICE, "text|json", "how it is logged", "text", 0, 0, RELOAD(log_format)},
    OPT_END};

const struct opt_program cloud_program = {
    "foedus-cloud", "motivates edges by dynamic contracts, aggregates what they train, deploys agents", "",
    table,
    .examples = "  foedus-cloud --config /etc/foedus/foedus-cloud.conf\n"
                "  foedus-cloud --help=conf > foedus-cloud.conf         a sample to begin with\n"};

/* Types evenly spaced, the middle ones more frequent, six in ten keeping their type. */
static void grid(int types, struct instance *out)
{
	const double stay = 0.6;
	double sum = 0;

	snprintf(out->id, sizeof(out->id), "k%d", types);
	out->terms.types = types;
	for (int k = 0; k < types; k++) {
		out->terms.theta[k] = types > 1 ? 0.8 + 1.4 * k / (types - 1) : 1.4;
		out->prior[k] = 1 + (k < types - 1 - k ? k : types - 1 - k) * 0.5;
		sum += out->prior[k];
	}
	for (int k = 0; k < types; k++)
		out->prior[k] /= sum;
	for (int k = 0; k < types; k++)
		for (int l = 0; l < types; l++)
			out->terms.transition[k][l] = stay * (k == l) + (1 - stay) * out->prior[l];
	out->terms.e1 = 0.4;
	out->terms.e3 = 0.006;
	out->terms.delta = 0.9;
	out->terms.q_max = 10;
	out->alpha = 8;
	out->beta = 0.8;
}

static int from_file(const char *path, struct instance *out, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = file_read(path, CONTRACT_LINE_MAX, &text, e);

	if (!rc && instance_parse((const char *)text.data, text.len, out, e))
		rc = err_wrap(e, "%s", path);
	buf_release(&text);
	return rc;
}

int cloud_market(const struct cloud_options *o, struct instance *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (o->market)
		return from_file(o->market, out, e);
	grid((int)o->types, out);
	instance_tidy(out);
	if (participation_parse(o->participation, &out->participation, e))
		return E_INVALID;
	return instance_check(out, e);
}
