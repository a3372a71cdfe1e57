/* The nouns of the foedus program: each takes its own words (argv[0] is the noun) and returns the exit code.
 */
#ifndef CTL_NOUNS_H
#define CTL_NOUNS_H

int noun_container(int argc, char **argv);
int noun_demo(int argc, char **argv);
int noun_health(int argc, char **argv);
int noun_pki(int argc, char **argv);

#endif
