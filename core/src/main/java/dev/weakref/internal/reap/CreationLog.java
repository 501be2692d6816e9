package dev.weakref.internal.reap;

import dev.weakref.internal.dispatch.SerialDispatcher;
import dev.weakref.internal.dispatch.TaskBatch;
import dev.weakref.internal.support.StackReserve;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Nodes in the order of their creation. A sweep finds the dead ones from the oldest to the newest, and submits them
 * from the newest to the oldest. Appending and removing take no lock.
 *
 * <p>It is a chain of chunks. One fetch-and-add claims a slot, and its number is the id of the node. A slot goes from
 * empty to its node and then to <em>gone</em>, and never back; so a chunk without an empty slot is complete, and the
 * one thread that sweeps can unlink or merge it. Only this class, {@link LogChunk} and {@link LogSlots} write slots and
 * links.
 *
 * <p><b>Why the order of one object's nodes is exact.</b> The collector clears all references to an object at once. Let
 * A be older than B, both for one object. If the sweep finds A cleared, then B, which it visits later, is cleared as
 * well: it claims both, and because each is put in front of the list, B is submitted first. If the sweep passes A alive
 * and finds B cleared, B is submitted now and A by a later sweep. In both cases B has its slot by then: the thread that
 * registers B holds the object until the slot is written.
 *
 * <p><b>Why an iterator sees each live node exactly once.</b> Iterators go from the newest to the oldest, and skip ids
 * that are not smaller than the last one seen. An unlinked chunk keeps its nodes and its link to the older neighbour,
 * so an iterator that stands in it continues unaffected. A merged chunk replaces all that it was made of in one write
 * to its newer neighbour.
 */
public final class CreationLog extends Reapable {

    /**
     * Two neighbours are merged if they have at most this many nodes: with 64, 63 would be copied to save a chunk of
     * one; with far fewer, sparse chunks would stay. One survivor of each chunk costs 70 bytes (docs/performance.md).
     */
    private static final int MERGE_UP_TO = 48;

    /**
     * A log that grew by fewer chunks, some 40 kilobytes, is not swept for that; a larger one is when it has doubled,
     * so that sweeping costs no more than appending, up to a factor.
     */
    private static final int FEWEST_CHUNKS_TO_SWEEP = 64;

    /**
     * Additions between two checks of the backlog, a power of two: rare enough to cost nothing; it grows by no more.
     */
    private static final int BACKLOG_CHECK_INTERVAL = 1 << 10;

    private static final VarHandle TAIL;

    static {
        try {
            TAIL = MethodHandles.lookup().findVarHandle(CreationLog.class, "tail", LogChunk.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** What the nodes belong to. */
    public final Object owner;

    private final SerialDispatcher dispatcher;
    private final Predicate<Reference<?>> foreignReferences;
    private final Object sweeping = new Object();
    private long visited; // by the last sweep; guarded by sweeping
    final LogSlots none = new LogSlots(this, 0, 0);
    private volatile LogChunk oldest; // written by the sweep
    private volatile LogChunk tail;
    private volatile long tailAtLastSweep;
    private volatile long keptByLastSweep;

    /** How many nodes were found dead; written under the lock of the sweep. */
    private volatile long collected;

    /** How many of them have not been enqueued yet; tests read it. */
    final Backlog backlog = new Backlog();

    /** @param foreignReferences is given what is on the queue and no node of the log, and says whether to sweep */
    public CreationLog(
            Object owner, SerialDispatcher dispatcher, Reaper reaper, Predicate<Reference<?>> foreignReferences) {
        super(reaper);
        this.owner = owner;
        this.dispatcher = dispatcher;
        this.foreignReferences = foreignReferences;
        oldest = new LogChunk(new LogSlots(this, 1, LogChunk.SIZE), null);
        tail = oldest;
    }

    /** Adds a node, and gives it its id. The caller holds the node's referent until this has returned. */
    public void append(TrackedReference node) {
        StackReserve.ensure(); // so that no slot is claimed and then not written
        while (true) {
            LogChunk last = tail;
            int slot = last.claim();
            if (slot < LogChunk.SIZE) {
                last.slots.add(slot, node);
                watch(); // after the slot was written: the reaper clears watched, then looks
                boolean due = (node.id & (BACKLOG_CHECK_INTERVAL - 1)) == 0;
                if (due || backlog.isLong()) {
                    slowDown();
                }
                return;
            }
            extend(last);
        }
    }

    /**
     * Waits a moment if many dead nodes wait for their actions, or for the JVM to enqueue them. Otherwise a program
     * that registers faster than these are handled would run out of memory.
     */
    private void slowDown() {
        backlog.update(() -> collected, dispatcher.waiting());
        if (backlog.isLong()) {
            dispatcher.retry();
            backlog.parkBriefly();
        }
    }

    private void extend(LogChunk full) {
        LogChunk next = full.next();
        if (next == null) {
            LogChunk fresh = new LogChunk(new LogSlots(this, full.slots.base + LogChunk.SIZE, LogChunk.SIZE), full);
            if (full.append(fresh)) {
                next = fresh;
                long grownBy = (fresh.slots.base - tailAtLastSweep) / LogChunk.SIZE;
                if (grownBy > Math.max(FEWEST_CHUNKS_TO_SWEEP, keptByLastSweep / LogChunk.SIZE)) {
                    tailAtLastSweep = fresh.slots.base;
                    requestSweep();
                }
            } else {
                next = full.next();
            }
        }
        TAIL.compareAndSet(this, full, next);
    }

    /** Takes a node that is done out of its slot. The caller has written its state before. */
    public void remove(TrackedReference node) {
        LogSlots slots = node.slots;
        if (slots != null) {
            slots.remove(node);
        }
    }

    public long appended() {
        LogChunk last = tail;
        return last.slots.base - 1 + last.claimed();
    }

    /** The live nodes with a smaller id than this one, newest first; for the rules see the class comment. */
    public LogIterator newestFirst(long before) {
        return new LogIterator(tail, before, 0, TrackedReference::isLive);
    }

    /** The live nodes with a greater id than this one, oldest first. */
    public OldestFirstIterator oldestFirst(long after) {
        return new OldestFirstIterator(oldest, after);
    }

    public LogIterator newerThan(long after) {
        return new LogIterator(tail, Long.MAX_VALUE, after, TrackedReference::isLive);
    }

    public LogIterator running() {
        return new LogIterator(tail, Long.MAX_VALUE, 0, TrackedReference::isRunning);
    }

    public int chunks() {
        int count = 0;
        for (LogChunk chunk = oldest; chunk != null; chunk = chunk.next()) {
            count++;
        }
        return count;
    }

    /** For tests: leaves a slot claimed but empty, as a thread suspended in the middle of {@link #append} would. */
    void claimWithoutWriting() {
        tail.claim();
    }

    /**
     * Sweeps first, and empties the queue after that: when the first reference of a collection is enqueued, all of them
     * are cleared, and the JVM continues to enqueue them for long.
     */
    @Override
    public double reap(@Nullable Reference<?> first, boolean resting) {
        double onTheLiving = first == null || isUnclaimed(first) ? sweep() : 0;
        boolean due = false;
        int polls = 0;
        for (Reference<?> dead = queue.poll(); dead != null; dead = ++polls < MOST_POLLS ? queue.poll() : null) {
            due |= isUnclaimed(dead);
        }
        backlog.drained(first == null ? polls : polls + 1);
        double last = due ? sweep() : onTheLiving;
        backlog.update(() -> collected, dispatcher.waiting());
        return last;
    }

    @Override
    public void everyPass() {
        dispatcher.retry();
    }

    private boolean isUnclaimed(Reference<?> dead) {
        return dead instanceof TrackedReference node ? node.isUnclaimed() : foreignReferences.test(dead);
    }

    @Override
    public void compact() {
        sweep();
        dispatcher.ensureWorker();
    }

    @Override
    public void visitHolders(Object referent, HolderVisitor visitor) {
        for (LogIterator live = newestFirst(Long.MAX_VALUE); live.hasNext(); ) {
            TrackedReference node = live.next();
            if (node.refersTo(referent)) {
                node.visitHolder(visitor);
            }
        }
    }

    @Override
    public boolean isEmpty() {
        return !newestFirst(Long.MAX_VALUE).hasNext() && dispatcher.isIdle();
    }

    @Override
    public String describe() {
        return dispatcher.name();
    }

    @Override
    public boolean alwaysSweeps() {
        return true; // the order needs all nodes
    }

    @Override
    public boolean keepsAlive() {
        return true;
    }

    /** Submits what is dead and frees slots; returns the part of the visited nodes that is alive, from 0 to 1. */
    public double sweep() {
        synchronized (sweeping) {
            tailAtLastSweep = tail.slots.base;
            DeadList dead = claim(new DeadList(), TrackedReference::claim);
            collected += dead.size();
            long found = dead.size();
            submit(dead);
            mergeChunks();
            return visited == 0 ? 0 : 1 - (double) found / visited;
        }
    }

    private void submit(DeadList dead) {
        if (dead.size() == 0) {
            return;
        }
        try {
            dispatcher.submit(dead);
        } catch (VirtualMachineError tookNone) {
            dead.unclaimAll();
            throw tookNone;
        }
    }

    /**
     * Claims all dead nodes, claimed before or not. Only for a stopped dispatcher: a concurrent sweep would submit to
     * it.
     *
     * <p><b>Why this works.</b> No thread walks the lists of earlier sweeps any more, so their links may be
     * overwritten. A later sweep skips what is claimed, so it links no node of this list; what a sweep submits to the
     * stopped dispatcher is dropped, and still live.
     */
    public TaskBatch claimAllDead() {
        synchronized (sweeping) {
            return claim(new DeadList(), node -> node.claim() || node.isLive());
        }
    }

    /**
     * <b>Why none is lost if memory or stack is exhausted.</b> The list and the predicate exist before the first node
     * is marked as claimed, the stack is reserved, and from there on nothing is allocated. So each marked node is
     * submitted.
     */
    private DeadList claim(DeadList dead, Predicate<TrackedReference> wanted) {
        StackReserve.ensure();
        visited = 0;
        for (LogChunk chunk = oldest; chunk != null; chunk = chunk.next()) {
            chunk.complete = true;
            chunk.kept = 0;
            LogSlots slots = chunk.slots;
            for (int slot = 0; slot < slots.size(); slot++) {
                TrackedReference node = slots.get(slot);
                if (node == null) {
                    chunk.complete &= slots.isGone(slot);
                } else if (node.isDone()) {
                    slots.free(slot, node);
                } else {
                    chunk.kept++;
                    visited++;
                    if (node.refersTo(null) && wanted.test(node)) {
                        dead.add(node);
                    }
                }
            }
        }
        return dead;
    }

    /** Unlinks empty chunks and merges sparse neighbours, but only those that {@link #claim} found complete. */
    private void mergeChunks() {
        long kept = 0;
        LogChunk previous = null;
        for (LogChunk chunk = oldest; chunk != null; chunk = chunk.next()) {
            kept += chunk.kept;
            if (!chunk.complete || chunk.next() == null) {
                previous = null;
            } else if (chunk.kept == 0) {
                replace(chunk, chunk, null);
            } else if (previous != null && previous.kept + chunk.kept <= MERGE_UP_TO) {
                LogChunk merged = LogChunk.merge(previous, chunk);
                replace(previous, chunk, merged);
                previous = merged;
                chunk = merged;
            } else {
                previous = chunk;
            }
        }
        keptByLastSweep = kept;
    }

    private void replace(LogChunk first, LogChunk last, @Nullable LogChunk substitute) {
        LogChunk head = LogChunk.replace(first, last, substitute);
        if (head != null) {
            oldest = head;
        }
    }

    @Override
    public String toString() {
        return "CreationLog[" + describe() + ", " + appended() + " appended, " + collected + " found dead]";
    }
}
