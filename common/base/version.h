/* The version of the programs; the protocol's version is in common/wire. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define FOEDUS_VERSION "0.1.0"

#endif
