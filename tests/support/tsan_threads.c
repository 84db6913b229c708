// ThreadSanitizer of gcc 12 does not see threads made by thrd_create, as librdkafka's are, and dies in
// them; so under it this one, which it does see, comes before the C library's.
#if defined(__SANITIZE_THREAD__)

#    include <pthread.h>
#    include <stdint.h>
#    include <stdlib.h>
#    include <threads.h>

struct start {
    thrd_start_t run;
    void *argument;
};

static void *start_run(void *context)
{
    struct start start = *(struct start *)context;
    free(context);
    return (void *)(intptr_t)start.run(start.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t run, void *argument)
{
    struct start *start = malloc(sizeof(*start));
    if (start == NULL)
        return thrd_nomem;
    *start = (struct start){run, argument};
    if (pthread_create(thread, NULL, start_run, start) == 0)
        return thrd_success;
    free(start);
    return thrd_error;
}

int thrd_join(thrd_t thread, int *result)
{
    void *returned = NULL;
    if (pthread_join(thread, &returned) != 0)
        return thrd_error;
    if (result != NULL)
        *result = (int)(intptr_t)returned;
    return thrd_success;
}

#else
typedef int tsan_threads_not_needed; // a file may not be empty
#endif
