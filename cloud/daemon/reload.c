#include "cloud/daemon/reload.h"

#include "common/base/log.h"

int reload(struct cloud_options *o, struct cloud *c, struct net_server *server, struct err *e)
{
	struct cloud_options fresh = {0};
	struct cloud_config pace = *cloud_settings(c);
	struct tls_ctx *tls;
	int rc = opt_reload(&cloud_program, o->argc, o->argv, &fresh, e);

	if (!rc)
		rc = setup_tls(&fresh, &tls, e);
	if (rc)
		return rc;
	rc = setup_allow(&fresh, c, e);
	if (!rc)
		rc = log_setup_words("foedus-cloud", fresh.log_level, fresh.log_format, e);
	if (!rc) {
		opt_say_changes(&cloud_program, o, &fresh);
		opt_take(&cloud_program, o, &fresh);
		setup_pace(o, &pace);
		cloud_retune(c, &pace);
		net_server_tls(server, tls);
		log_info("certificates and revocation list read again; edges connect again");
		cloud_reconnect(c, 0); /* whoever was revoked does not come back */
	}
	tls_ctx_unref(tls);
	return rc;
}
