/* What learning on the job tells of itself. It has a lock of its own: whoever asks does not wait for a menu.
 */
#include <string.h>

#include "cloud/work/online_internal.h"

void online_tell(struct online *o, const struct learn_step *step)
{
	struct online_report r = online_report(o);
	struct learn_told *t = &o->told;

	pthread_mutex_lock(&o->told_lock);
	t->learns = o->updates > 0 && !atomic_load(&o->broken);
	t->updates = r.updates;
	t->accepted = r.accepted;
	t->refused = r.refused;
	t->remembered = r.remembered;
	t->ratio = r.ratio;
	if (step && t->step_count == LEARN_STEPS_MAX)
		memmove(t->step, t->step + 1, --t->step_count * sizeof(*t->step));
	if (step)
		t->step[t->step_count++] = *step;
	pthread_mutex_unlock(&o->told_lock);
}

void online_told(void *online, struct learn_told *out)
{
	struct online *o = online;

	pthread_mutex_lock(&o->told_lock);
	*out = o->told;
	pthread_mutex_unlock(&o->told_lock);
}
