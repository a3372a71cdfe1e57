/* Manifests: the parser itself, and the signed form under a key of its own. */
#include "common/agent/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/agents.h"
#include "tests/support/fuzz.h"

static const char public_key[] = "-----BEGIN PUBLIC KEY-----\n"
                                 "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                                 "-----END PUBLIC KEY-----\n";

static bool parse(const uint8_t *data, size_t n)
{
	static struct agent_key *key;
	struct manifest m;
	bool taken;

	if (!key && agent_key_public_parse(public_key, sizeof(public_key) - 1, &key, NULL))
		abort();
	if (manifest_open(data, n, key, &m, NULL) == 0) /* nobody here has the private half */
		abort();
	taken = manifest_parse(data, n, &m, NULL) == 0;
	manifest_release(&m);
	return taken;
}

static void samples(struct fuzz_samples *s)
{
	struct made_agent made;
	struct buf b = BUF_INIT;

	made_agent_init(&made, 3, 1);
	if (manifest_encode(&made.manifest, &b, NULL))
		abort();
	fuzz_sample(s, b.data, b.len);
	buf_release(&b);
	made_agent_release(&made);
}

/* The signed form around a changed manifest: the signature is well-formed and wrong. */
static void mutate(struct rng *r, struct buf *b)
{
	static const char head[] = "{\"manifest\":", tail[] = ",\"signature\":\"";
	char signature[89];

	fuzz_mutate(r, b);
	if (rng_below(r, 4))
		return;
	memset(signature, 'A', 86);
	memcpy(signature + 86, "==", 3);
	fuzz_splice(b, 0, 0, head, strlen(head));
	buf_str(b, tail);
	buf_str(b, signature);
	buf_str(b, "\"}");
}

FUZZ_TARGET("manifest", parse, samples, mutate)
