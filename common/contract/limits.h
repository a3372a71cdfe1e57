/* Every limit and tolerance of the contract mathematics in one place. */
#ifndef CONTRACT_LIMITS_H
#define CONTRACT_LIMITS_H

#define CONTRACT_TYPES_MAX  10  /* K, the number of willingness types, is 1 to this */
#define CONTRACT_ID_MAX     64  /* bytes of an instance's id with its final NUL */
#define CONTRACT_NUMBER_MAX 1e6 /* no type, price, cost or effort limit is larger */

#define CONTRACT_TOLERANCE     1e-9 /* a constraint holds, and a tie is a tie, within this many credits */
#define CONTRACT_SUM_TOLERANCE 1e-6 /* probabilities sum to 1 within this; readers then make it exact */

#define CONTRACT_LINE_MAX (64 << 10)  /* bytes of one instance as JSON */
#define CONTRACT_FILE_MAX (256 << 20) /* bytes of a file of instances */

#endif
