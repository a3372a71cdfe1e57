/* The nouns of the foedus program: each takes its own words (argv[0] is the noun) and returns the exit code.
 */
#ifndef CTL_NOUNS_H
#define CTL_NOUNS_H

int noun_agent(int argc, char **argv);
int noun_config(int argc, char **argv);
int noun_container(int argc, char **argv);
int noun_contract(int argc, char **argv);
int noun_demo(int argc, char **argv);
int noun_doctor(int argc, char **argv);
int noun_edge(int argc, char **argv);
int noun_health(int argc, char **argv);
int noun_ledger(int argc, char **argv);
int noun_logs(int argc, char **argv);
int policy_train(int argc, char **argv); /* a verb of noun_policy() */
int noun_pki(int argc, char **argv);
int noun_policy(int argc, char **argv);
int noun_round(int argc, char **argv);
int noun_status(int argc, char **argv);
int noun_top(int argc, char **argv);

#endif
