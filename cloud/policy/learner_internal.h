/* Inside of struct learner, for the algorithms and for checkpoints. */
#ifndef POLICY_LEARNER_INTERNAL_H
#define POLICY_LEARNER_INTERNAL_H

#include "cloud/policy/critic.h"
#include "cloud/policy/envs.h"
#include "cloud/policy/lanes.h"
#include "cloud/policy/learner.h"
#include "cloud/policy/prune.h"
#include "cloud/policy/replay.h"

struct algorithm {
	const char *name;
	bool gaussian; /* the actor; else a denoising chain */
	bool prunes;
	bool on_policy; /* no critics, no replay; a value network instead */
	struct learner_spec defaults;
	int (*update)(struct learner *l, struct err *e);
};

extern const struct algorithm algorithm_edmsac, algorithm_dmsac, algorithm_sac, algorithm_ppo;

#define LEARNER_GRADIENT_MAX 10.0 /* norm beyond which a step is scaled down */
#define LEARNER_ROLLOUT      16   /* steps of each environment between PPO's updates */

/* What PPO keeps of a rollout beside the steps themselves; [rows] each. */
struct ppo_rows {
	float *pre;  /* [rows][A]: actions before tanh */
	float *logp; /* their log density when they were taken */
	float *next_value, *advantage, *goal;
	bool *cut; /* another episode began after this step */
	uint32_t *order;
};

struct learner {
	const struct algorithm *algorithm;
	struct learner_spec spec;
	struct rng rng;
	int64_t done, env_steps;
	struct envs *envs;
	struct actor actor;
	struct weights policy;
	struct prune prune;
	bool pruning;     /* masks are in force: run with `spoken`, not with policy.w */
	float *spoken[2]; /* the masked parameters, and the masked target */
	struct critic critic;
	struct replay replay;
	struct replay field; /* learner_remember(); without rows until then */
	struct lanes lanes;  /* the workers of an update */
	struct mlp value;    /* PPO */
	struct weights value_weights;
	struct ppo_rows ppo;
	double log_temperature;
	struct learner_report last;
	/* Work space. */
	struct replay_batch batch; /* [batch] */
	struct replay_batch fresh; /* [envs], or a whole rollout for PPO */
	float *goal, *cost, *da;   /* [batch], [batch], [batch][A] */
	float *shaping;            /* [envs] */
	bool modelled;             /* critics learn what baseline.h leaves out */
	float *model, *staying;    /* [batch], [batch][K] */
};

/* 1 at the start, falling along a cosine to 0.01 when the planned updates are done. */
double learner_decay(const struct learner *l);
/* The parameters that act: masked while pruning runs. */
const float *learner_acting(const struct learner *l);

/* Puts steps of the field in place of some of the batch's rows; nothing without any. */
void learner_draw_field(struct learner *l);

/* E_INVALID names the field. */
int learner_check(const struct learner_spec *s, const struct algorithm *a, struct err *e) MUST_CHECK;
/* The update shared by EDMSAC, DMSAC and SAC. */
int offpolicy_update(struct learner *l, struct err *e) MUST_CHECK;
/* After an update of EDMSAC's actor: masks, and compaction when the schedule ends. */
int edmsac_prune(struct learner *l, struct err *e) MUST_CHECK;
/* An actor of another shape, its parameters still to be filled. E_INVALID if the algorithm does not prune. */
int learner_reshape(struct learner *l, const struct actor_shape *shape, struct err *e) MUST_CHECK;
/* Rebuilds the actor with the shape that the masks leave. */
int learner_compact(struct learner *l, struct err *e) MUST_CHECK;
void learner_mask(struct learner *l); /* policy.w and target to `spoken` */

#endif
