/* foedus pki: the verbs, their options and their messages; what they do is in common/net/pki.h. */
#include "common/net/pki.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/agent/key.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/cli.h"
#include "ctl/nouns.h"
#include "ctl/pki_print.h"

#define PATH_CAP 1024

struct pki_options {
	const char *dir, *name, *role, *hosts, *out, *crl;
	int64_t days;
	bool json;
};

#define AT(member) OPT_AT(pki_options, member)
#define OPT_DIR                                                                                              \
	{                                                                                                        \
		"dir", 'd', OPT_TEXT, "DIR", "folder of the authority", "pki", 0, 0, AT(dir)                         \
	}
#define OPT_DAYS(fallback)                                                                                   \
	{                                                                                                        \
		"days", 0, OPT_INT, "N", "days that the certificate is valid", fallback, 1, PKI_DAYS_MAX, AT(days)   \
	}
#define OPT_ROLE                                                                                             \
	{                                                                                                        \
		"role", 'r', OPT_CHOICE, "cloud|edge|user", "what the holder is", "edge", 0, 0, AT(role)             \
	}
#define OPT_HOSTS                                                                                            \
	{                                                                                                        \
		"host", 0, OPT_TEXT, "NAMES", "names or addresses of a cloud, with commas", NULL, 0, 0, AT(hosts)    \
	}
#define OPT_JSON                                                                                             \
	{                                                                                                        \
		"json", 0, OPT_FLAG, "", "print JSON", NULL, 0, 0, AT(json)                                          \
	}

/* Parses; the one operand, if `operand` is asked for, must be there alone. -1 = go on, else the exit code. */
static int parse(const struct opt_program *p, int argc, char **argv, struct pki_options *o,
                 const char **operand)
{
	int first, code = cli_parse(p, argc, argv, o, &first);

	if (code >= 0 || !operand)
		return code;
	if (argc - first != 1)
		return cli_usage(p->name, "%s (wanted: %s; `%s --help`)",
		                 argc == first ? "nothing is named" : "more than one is named", p->operands, p->name);
	*operand = argv[first];
	return -1;
}

/* Nobody dials an edge or a user: names would stand in the certificate without a use. -1 = go on. */
static int check_hosts(const struct opt_program *p, const struct pki_options *o)
{
	if (!o->hosts || strcmp(o->role, "cloud") == 0)
		return -1;
	return cli_usage(p->name,
	                 "--host is for a cloud's certificate; this one has the role %s (wanted: --role cloud)",
	                 o->role);
}

static struct pki_terms terms_of(const struct pki_options *o)
{
	struct pki_terms t = {.days = (int)o->days, .hosts = o->hosts};

	/* the option's choices are the roles' names */
	t.role = strcmp(o->role, "cloud") == 0  ? NET_ROLE_CLOUD
	         : strcmp(o->role, "user") == 0 ? NET_ROLE_USER
	                                        : NET_ROLE_EDGE;
	return t;
}

static int make_agent_key(const char *dir, struct err *e)
{
	char private_file[PATH_CAP], public_file[PATH_CAP];
	struct agent_key *key;
	int rc = path_join(private_file, sizeof(private_file), dir, "agent-key.pem", e);

	if (!rc)
		rc = path_join(public_file, sizeof(public_file), dir, "agent-pub.pem", e);
	if (rc)
		return rc;
	key = agent_key_new();
	rc = agent_key_save(key, private_file, e);
	if (!rc)
		rc = agent_key_public_save(key, public_file, e);
	agent_key_free(key);
	return rc;
}

static int verb_init(int argc, char **argv)
{
	static const struct opt options[] = {
	    OPT_DIR,
	    {"name", 'n', OPT_TEXT, "NAME", "name of the authority", "foedus", 0, 0, AT(name)},
	    OPT_DAYS("3650"),
	    OPT_END};
	static const struct opt_program p = {"foedus pki init", "a new authority and a key that signs agents", "",
	                                     options, .examples = "  foedus pki init --dir pki\n"};
	struct pki_options o = {0};
	struct err e = ERR_INIT;
	int code = parse(&p, argc, argv, &o, NULL);

	if (code >= 0)
		return code;
	if (pki_init(o.dir, o.name, (int)o.days, &e) || make_agent_key(o.dir, &e))
		return cli_failed(p.name, &e);
	printf("authority %s in %s: ca.crt for everyone, ca.crl for clouds, ca.key stays here\n"
	       "agent-key.pem is for the cloud, agent-pub.pem for every edge\n",
	       o.name, o.dir);
	return CLI_OK;
}

static int verb_request(int argc, char **argv)
{
	static const struct opt options[] = {
	    OPT_ROLE, {"out", 'o', OPT_TEXT, "DIR", "folder for key and request", ".", 0, 0, AT(out)}, OPT_END};
	static const struct opt_program p = {
	    "foedus pki request", "a key, made where it will be used, and a request to have it signed", "NAME",
	    options, .examples = "  foedus pki request edge-1 --out edge-1\n"};
	char key[PATH_CAP], csr[PATH_CAP];
	struct pki_options o = {0};
	struct err e = ERR_INIT;
	const char *name;
	int code = parse(&p, argc, argv, &o, &name);

	if (code >= 0)
		return code;
	snprintf(key, sizeof(key), "%s/%s.key", o.out, name);
	snprintf(csr, sizeof(csr), "%s/%s.csr", o.out, name);
	if (dir_make(o.out, 0700, &e) || pki_request(key, csr, name, terms_of(&o).role, &e))
		return cli_failed(p.name, &e);
	printf("key %s (stays here), request %s (to be signed: foedus pki sign)\n", key, csr);
	return CLI_OK;
}

static int verb_sign(int argc, char **argv)
{
	static const struct opt options[] = {
	    OPT_DIR,
	    OPT_ROLE,
	    OPT_DAYS("365"),
	    OPT_HOSTS,
	    {"out", 'o', OPT_TEXT, "FILE", "where the certificate goes", opt_needed, 0, 0, AT(out)},
	    OPT_END};
	static const struct opt_program p = {"foedus pki sign", "signs a request; its role must be the one given",
	                                     "FILE.csr", options,
	                                     .examples = "  foedus pki sign edge-1.csr --out edge-1.crt\n"};
	struct pki_options o = {0};
	struct pki_terms t;
	struct pki_info info;
	struct err e = ERR_INIT;
	const char *csr;
	int code = parse(&p, argc, argv, &o, &csr);

	if (code < 0)
		code = check_hosts(&p, &o);
	if (code >= 0)
		return code;
	t = terms_of(&o);
	if (pki_sign(o.dir, csr, &t, o.out, &info, &e))
		return cli_failed(p.name, &e);
	pki_print_made(&info, o.out);
	return CLI_OK;
}

static int verb_issue(int argc, char **argv)
{
	static const struct opt options[] = {
	    OPT_DIR,
	    OPT_ROLE,
	    OPT_DAYS("365"),
	    OPT_HOSTS,
	    {"out", 'o', OPT_TEXT, "DIR", "folder for NAME.key and NAME.crt", ".", 0, 0, AT(out)},
	    OPT_END};
	static const struct opt_program p = {
	    "foedus pki issue", "a key and its certificate in one step", "NAME", options,
	    .examples = "  foedus pki issue cloud --role cloud --host cloud.example,10.0.0.1 --out cloud\n"};
	char file[PATH_CAP];
	struct pki_options o = {0};
	struct pki_terms t;
	struct pki_info info;
	struct err e = ERR_INIT;
	const char *name;
	int code = parse(&p, argc, argv, &o, &name);

	if (code < 0)
		code = check_hosts(&p, &o);
	if (code >= 0)
		return code;
	t = terms_of(&o);
	if (dir_make(o.out, 0700, &e) || pki_issue(o.dir, name, &t, o.out, &info, &e))
		return cli_failed(p.name, &e);
	snprintf(file, sizeof(file), "%s/%s.crt", o.out, name);
	pki_print_made(&info, file);
	return CLI_OK;
}

static int verb_revoke(int argc, char **argv)
{
	static const struct opt options[] = {OPT_DIR, OPT_END};
	static const struct opt_program p = {
	    "foedus pki revoke", "revokes all certificates of a name, or the one with a serial number",
	    "NAME|SERIAL", options, .examples = "  foedus pki revoke edge-1 --dir pki\n"};
	struct pki_options o = {0};
	struct err e = ERR_INIT;
	const char *who;
	size_t count = 0;
	int code = parse(&p, argc, argv, &o, &who);

	if (code >= 0)
		return code;
	if (pki_revoke(o.dir, who, &count, &e))
		return cli_failed(p.name, &e);
	printf("revoked %zu certificate%s of %s; give %s/ca.crl to the cloud\n", count, count == 1 ? "" : "s",
	       who, o.dir);
	return CLI_OK;
}

static int verb_list(int argc, char **argv)
{
	static const struct opt options[] = {OPT_DIR, OPT_JSON, OPT_END};
	static const struct opt_program p = {"foedus pki list",
	                                     "every certificate of the authority, oldest first", "", options,
	                                     .examples = "  foedus pki list --json\n"};
	struct pki_options o = {0};
	struct pki_info *list = NULL;
	struct err e = ERR_INIT;
	size_t count = 0;
	int code = parse(&p, argc, argv, &o, NULL);

	if (code >= 0)
		return code;
	if (pki_list(o.dir, &list, &count, &e))
		return cli_failed(p.name, &e);
	pki_print_list(list, count, o.json);
	free(list);
	return CLI_OK;
}

static int verb_show(int argc, char **argv)
{
	static const struct opt options[] = {
	    {"crl", 0, OPT_TEXT, "FILE", "a revocation list to look it up in", NULL, 0, 0, AT(crl)},
	    OPT_JSON,
	    OPT_END};
	static const struct opt_program p = {"foedus pki show", "what a certificate says, and when it ends",
	                                     "FILE.crt", options,
	                                     .examples = "  foedus pki show cloud.crt --crl ca.crl\n"};
	struct pki_options o = {0};
	struct pki_info info;
	struct err e = ERR_INIT;
	const char *file;
	int code = parse(&p, argc, argv, &o, &file);

	if (code >= 0)
		return code;
	if (pki_show(file, o.crl, &info, &e))
		return cli_failed(p.name, &e);
	pki_print_show(&info, o.crl != NULL, o.json);
	return CLI_OK;
}

int noun_pki(int argc, char **argv)
{
	static const struct cli_command verbs[] = {
	    {"init", "a new authority and an agent-signing key", verb_init},
	    {"request", "a key and a request for it, made where the key is used", verb_request},
	    {"sign", "signs a request", verb_sign},
	    {"issue", "key and certificate in one step", verb_issue},
	    {"revoke", "shuts a holder out", verb_revoke},
	    {"list", "every certificate", verb_list},
	    {"show", "what a certificate file says", verb_show},
	};
	static const struct cli_group group = {
	    .name = "foedus pki",
	    .summary = "the authority of a federation and its certificates",
	    .what = "verb",
	    .commands = verbs,
	    .count = ARRAY_LEN(verbs),
	    .examples = "  foedus pki init --dir pki\n"
	                "  foedus pki issue cloud --role cloud --host cloud.example,10.0.0.1 --out cloud\n"
	                "  foedus pki request edge-1 --out edge-1        at the edge; then, at the authority:\n"
	                "  foedus pki sign edge-1.csr --out edge-1.crt\n"
	                "  foedus pki revoke edge-1\n",
	};

	return cli_dispatch(&group, argc, argv);
}
