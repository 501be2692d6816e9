package dev.weakref.sample;

import java.time.Duration;

/**
 * One look at the application and its database, after a collection and with no request in flight.
 *
 * @param at since the beginning
 * @param rate requests a second in the round before
 * @param percentile99 the time within which 99 of 100 of them were answered
 * @param open workspaces that their users know to be open
 * @param leases rows in the database
 * @param connections connections of workspaces, as the database sees them
 * @param heap bytes in use
 * @param resident bytes of memory that the process has
 * @param descriptors open file descriptors of the process, but for those connections
 */
record LoadSample(
        Duration at,
        double rate,
        Duration percentile99,
        long open,
        long leases,
        long connections,
        long heap,
        long resident,
        long descriptors) {}
