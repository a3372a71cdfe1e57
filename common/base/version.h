/* The version of the programs; the protocol's version is in common/wire. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define FOEDUS_VERSION "0.1.0"
#define FOEDUS_DATE    "November 22, 2026" /* of that version, in its manual pages */

#endif
