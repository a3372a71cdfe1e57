/* What a certificate is for. */
#ifndef NET_ROLE_H
#define NET_ROLE_H

#include "common/base/err.h"

enum net_role {
	NET_ROLE_CLOUD, /* serves edges and users (serverAuth) */
	NET_ROLE_EDGE,  /* dials the cloud (clientAuth) */
	NET_ROLE_USER,  /* calls the cloud's HTTP interface (clientAuth) */
};

const char *net_role_name(enum net_role r); /* "cloud", "edge", "user" */
int net_role_parse(const char *text, enum net_role *out, struct err *e) MUST_CHECK;

#endif
