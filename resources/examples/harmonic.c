/* SPDX-License-Identifier: GPL-3.0-or-later
 * A task in C, from number to number: the harmonic number of n, 1 + 1/2 + ... + 1/n.
 *
 *     cc -O2 -shared -fPIC -I../include -o harmonic.so harmonic.c
 *     poolscope run --library harmonic.so:harmonic --range 1:5000
 */
#include <poolscope_task.h>

static double harmonic(double n, struct poolscope_reply *reply)
{
    double sum = 0;
    double i;

    if (!(n >= 1)) {
        reply->fail(reply, "harmonic numbers begin with that of 1");
        return 0;
    }
    for (i = n; i >= 1; --i)
        sum += 1 / i;
    return sum;
}
POOLSCOPE_NUMBER_TASK(harmonic)
