/* Inside the authority: its folder, opened and locked, and the index in it. */
#ifndef NET_PKI_DIR_H
#define NET_PKI_DIR_H

#include "common/net/x509.h"

enum { PKI_PATH_MAX = 1024, PKI_INDEX_MAX = 16 << 20 };

struct pki_dir {
	char path[PKI_PATH_MAX];
	int lock; /* descriptor; -1 when only reading */
	struct x509_issuer ca;
	struct pki_info *entries; /* the index, oldest first */
	size_t count;
};

/* Opens for reading (certificate and index) or for writing (also the key, under the lock). */
int pki_dir_open(struct pki_dir *d, const char *path, bool writing, struct err *e) MUST_CHECK;
void pki_dir_close(struct pki_dir *d);
int pki_dir_file(char out[PKI_PATH_MAX], const char *dir, const char *name, struct err *e) MUST_CHECK;

void pki_dir_add(struct pki_dir *d, const struct pki_info *entry);
int pki_dir_save_index(const struct pki_dir *d, struct err *e) MUST_CHECK;
/* A list of all that the index says is revoked, signed now. */
int pki_dir_save_crl(const struct pki_dir *d, struct err *e) MUST_CHECK;

#endif
