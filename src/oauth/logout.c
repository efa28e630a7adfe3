#include <sysexits.h>
#include <unistd.h>

#include "oauth/task.h"

/* see task.h */
int task_logout(const struct task *task)
{
	char storage[TASK_WHY_OCTETS];
	struct text why;
	int lock;
	bool is_gone;

	text_init(&why, storage, sizeof(storage));
	lock = store_lock(
	    task->directory, task->account->name, TASK_LOCK_MS, &why);
	if (lock < 0)
		return task_fail(task, EX_TEMPFAIL, text_end(&why));
	is_gone = store_remove(task->directory, task->account->name, &why);
	close(lock);
	if (!is_gone)
		return task_fail(task, EX_IOERR, text_end(&why));
	return EX_OK;
}
