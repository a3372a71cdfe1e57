#include "edge/daemon/reload.h"

#include "common/base/log.h"
#include "edge/daemon/setup.h"

int reload(struct edge_options *o, struct net_dialer *dialer, struct err *e)
{
	struct edge_options fresh = {0};
	struct tls_ctx *tls;
	int rc = opt_reload(&edge_program, o->argc, o->argv, &fresh, e);

	if (!rc)
		rc = setup_tls(&fresh, &tls, e);
	if (rc)
		return rc;
	rc = log_setup_words("foedus-edge", fresh.log_level, fresh.log_format, e);
	if (!rc) {
		opt_say_changes(&edge_program, o, &fresh);
		opt_take(&edge_program, o, &fresh);
		net_dialer_tls(dialer, tls);
		log_info("certificates and revocation list read again");
	}
	tls_ctx_unref(tls);
	return rc;
}
