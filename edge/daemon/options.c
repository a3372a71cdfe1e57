#include "edge/daemon/options.h"

#include "common/data/dataset.h"
#include "common/data/shard.h"
#include "common/data/idx.h"

#define AT(member)     OPT_AT(edge_options, member)
#define RELOAD(member) OPT_AT_RELOAD(edge_options, member)

static const struct opt table[] = {
    {"config", 'c', OPT_TEXT, "FILE", "read options from this file first", NULL, 0, 0, AT(config)},
    {"cloud", 0, OPT_TEXT, "HOST:PORT", "the cloud to work for", opt_needed, 0, 0, AT(cloud)},
    {"serve", 'l', OPT_TEXT, "HOST:PORT", "where users ask the agent; port 0 = any free one",
     "127.0.0.1:7800", 0, 0, AT(serve)},
    {"state", 's', OPT_TEXT, "DIR", "what is kept: contract, receipts, agent, blobs", "foedus-edge", 0, 0,
     AT(state)},
    {"cert", 0, OPT_TEXT, "FILE", "our certificate, role edge; its name is the edge's", opt_needed, 0, 0,
     RELOAD(cert)},
    {"key", 0, OPT_TEXT, "FILE", "its private key", opt_needed, 0, 0, RELOAD(key)},
    {"ca", 0, OPT_TEXT, "FILE", "the authority that the cloud's certificate must be from", opt_needed, 0, 0,
     RELOAD(ca)},
    {"crl", 0, OPT_TEXT, "FILE", "its revocation list", NULL, 0, 0, RELOAD(crl)},
    {"agent-key", 0, OPT_TEXT, "FILE", "public key that agents must be signed with", opt_needed, 0, 0,
     AT(agent_key)},
    {"agent-id", 0, OPT_TEXT, "NAME", "the agent that is accepted", "agent", 0, 0, AT(agent_id)},
    {"data", 'd', OPT_TEXT, "DIR", "IDX files with the images to train on", DATASET_DIR, 0, 0, AT(data)},
    {"shard", 0, OPT_INT, "I", "our part of the data, from 0", "0", 0, SHARDS_MAX - 1, AT(shard)},
    {"shards", 0, OPT_INT, "N", "parts that the data is split into", "1", 1, SHARDS_MAX, AT(shards)},
    {"alpha", 0, OPT_DOUBLE, "X", "how even the split is: small = few classes a part", "0.5", 1e-3, 1e6,
     AT(alpha)},
    {"data-seed", 0, OPT_INT, "N", "of the split; the same for all edges", "1", 0, 9e15, AT(data_seed)},
    {"max-samples", 0, OPT_INT, "N", "use only the first N images of the data; 0 = all", "0", 0,
     IDX_ITEMS_MAX, AT(max_samples)},
    {"willingness", 'w', OPT_CHOICE, "markov|load", "where our type comes from: a seeded chain, this machine",
     "markov", 0, 0, AT(willingness)},
    {"will-seed", 0, OPT_INT, "N", "of our type and telemetry", "1", 0, 9e15, AT(will_seed)},
    {"price-table", 0, OPT_TEXT, "FILE", "energy prices by hour, for --willingness load", NULL, 0, 0,
     AT(price_table)},
    {"log-level", 0, OPT_CHOICE, "debug|info|warn|error", "what is logged", "info", 0, 0, RELOAD(log_level)},
    {"log-format", 0, OPT_CHOICE, "text|json", "how it is logged", "text", 0, 0, RELOAD(log_format)},
    OPT_END};

const struct opt_program edge_program = {
    "foedus-edge", "chooses contracts, trains on data that stays here, serves the agent to users", "", table,
    .examples = "  foedus-edge --config /etc/foedus/foedus-edge.conf\n"
                "  foedus-edge --help=conf > foedus-edge.conf           a sample to begin with\n"};
