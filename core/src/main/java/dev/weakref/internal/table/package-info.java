/**
 * The hash table behind every weak collection. It knows {@link dev.weakref.internal.reap},
 * {@link dev.weakref.internal.dispatch} and {@link dev.weakref.internal.support}.
 *
 * <p><b>Overview.</b> The reference is the node: a {@link TableNode} is a weak reference to the key or the value, with
 * the other side, the hash and the link of its chain as fields. So an entry is one object, and what comes off the
 * reference queue is already the node to unlink.
 *
 * <p>One table is five classes, each extending the one above, so that no object stands between {@code get} and the
 * chains:
 * <ol>
 *   <li>{@link TableChains} has the array of chains and the {@linkplain Stripe stripes}, whose monitors are the only
 *       locks. It alone links, replaces or unlinks a node, always by identity, and resizes by copying
 *       ({@link ResizedTable}).
 *   <li>{@link DeadEntries} removes dead nodes: one by one off the queue if there are few; if a sample shows many, by a
 *       sweep of all chains. Writers help while the backlog is long.
 *   <li>{@link TableLookup} finds nodes without a lock.
 *   <li>{@link NewEntries} makes the nodes of new entries.
 *   <li>{@link WeakTable} has the operations by key.
 * </ol>
 *
 * <p>A write is optimistic. It searches the chain without a lock, running the user's {@code equals}, and then takes the
 * lock of one stripe to change one node, if the chain still begins as it was seen, or the node is still there with the
 * value that was seen. If not, it starts again. So no user code runs under a lock. A reader that stands on an unlinked
 * node continues, because nodes keep their links.
 *
 * <p>While a mapping function runs, a {@link Reservation} replaces the node of its key: readers see the entry that was
 * there, writers of that key wait, all others pass. Its outcome is a field, which any thread can put in place, so that
 * no key stays reserved if the stack overflows.
 *
 * <p>{@link TableIterator} walks one array of chains and is weakly consistent. Collected entries are told to a
 * {@link RemovalNotifier} by a thread of the library ({@link CollectedNotices}), all other removals by the thread of
 * the caller.
 */
@NullMarked
package dev.weakref.internal.table;

import org.jspecify.annotations.NullMarked;
