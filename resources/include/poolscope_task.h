/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tasks of Poolscope in a shared library, written in C, C++, or what else can export a C structure.
 *
 * A task is a function of one of two kinds, and a line that makes it known under its name:
 *
 *     #include <poolscope_task.h>
 *
 *     static double half(double input, struct poolscope_reply *reply)
 *     {
 *         return input / 2;
 *     }
 *     POOLSCOPE_NUMBER_TASK(half)
 *
 *     cc -O2 -shared -fPIC -o libhalf.so half.c
 *     poolscope run --library libhalf.so:half --range 1:100
 *
 * Each worker process loads the library once, and calls the task from one thread, with one input
 * after another. What a task prints goes to the run's log. A task that crashes ends its worker: its
 * input is tried once more, then fails, and the run continues.
 */
#ifndef POOLSCOPE_TASK_H
#define POOLSCOPE_TASK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of the structures below. A library is loaded where its tasks say the version of the program. */
#define POOLSCOPE_TASK_VERSION 1

/* Where a task says what came of its input. It is the program's, and valid during the call. */
struct poolscope_reply {
    /* How many bytes the value has so far; 0 at the beginning. */
    size_t size;
    /* Makes the value `size` bytes long and returns its bytes, or NULL where there is no memory.
     * Those that it had are kept, but may have moved. Of a task from bytes to bytes only. */
    char *(*resize)(struct poolscope_reply *reply, size_t size);
    /* The input has no value, but fails for this reason, a line of UTF-8, which is copied. */
    void (*fail)(struct poolscope_reply *reply, const char *message);
};

/* From number to number. Where it has failed, what it returns is not looked at. */
typedef double poolscope_number_function(double input, struct poolscope_reply *reply);

/* From bytes to bytes. A NUL byte follows the input, and is not part of it. */
typedef void poolscope_bytes_function(
    const char *input, size_t size, struct poolscope_reply *reply);

/* What a library exports, as poolscope_task_NAME, for its task NAME. */
struct poolscope_task {
    uint32_t version; /* POOLSCOPE_TASK_VERSION */
    uint32_t reserved; /* 0 */
    poolscope_number_function *number; /* one of these two, the other NULL */
    poolscope_bytes_function *bytes;
};

#ifdef __cplusplus
}
#define POOLSCOPE_EXPORT_TASK extern "C" __attribute__((visibility("default"))) const
#else
#define POOLSCOPE_EXPORT_TASK __attribute__((visibility("default"))) const
#endif

#define POOLSCOPE_NUMBER_TASK(NAME)                                                                \
    POOLSCOPE_EXPORT_TASK struct poolscope_task poolscope_task_##NAME = {                          \
        POOLSCOPE_TASK_VERSION, 0, NAME, NULL};
#define POOLSCOPE_BYTES_TASK(NAME)                                                                 \
    POOLSCOPE_EXPORT_TASK struct poolscope_task poolscope_task_##NAME = {                          \
        POOLSCOPE_TASK_VERSION, 0, NULL, NAME};

/* Appends to the value. Returns 0, and makes the input fail, where there is no memory. */
static inline int poolscope_append(struct poolscope_reply *reply, const char *bytes, size_t size)
{
    const size_t before = reply->size;
    char *value = reply->resize(reply, before + size);
    if (value == NULL) {
        reply->fail(reply, "there is no memory for the value");
        return 0;
    }
    if (size > 0)
        memcpy(value + before, bytes, size);
    return 1;
}

#endif
