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
 * A log of creation: nodes in the order in which they were added, found dead by a sweep from the oldest to the newest
 * and handed over from the newest to the oldest.
 *
 * <p>It is a chain of chunks. A slot is claimed by one fetch-and-add, and its number is the id of the node. A slot
 * goes from empty to its node and then to <em>gone</em>, and never back; so a chunk without an empty slot is complete
 * and can be unlinked or merged by the one thread that sweeps. Appending and removing take no lock.
 *
 * <p><b>Why the order of one object's nodes is exact.</b> The collector clears all references to an object at once.
 * Let A be older than B, both for one object. If the sweep finds A cleared, then B, which it visits later, is cleared
 * as well: both are gathered, and the list that is built by putting each in front of the one before hands over B
 * first. If the sweep passes A alive and finds B cleared, B is handed over now and A by a later sweep. B cannot come
 * after the sweep: whoever registers B holds the object until its slot is written.
 *
 * <p><b>Why a walk sees each live node exactly once.</b> Walks go from the newest to the oldest and pass over ids that
 * are not smaller than the last one seen. A chunk that was unlinked keeps its nodes and its link to the older
 * neighbour, so a walk that stands in it goes on as if nothing had happened; a merged chunk takes the place of all
 * that it was made of in one write to its newer neighbour.
 *
 * <p>It is one long file because these rules hold only where nothing outside of it writes a slot or links a chunk.
 */
public final class CreationLog extends Reapable {

    /** Neighbours are merged if at most this many of their 64 slots are in use: so merging frees at least a quarter. */
    private static final int MERGE_UP_TO = 48;

    /** A small log is not swept for its growth alone: 64 chunks take some 40 kilobytes. */
    private static final int FEWEST_CHUNKS_TO_SWEEP = 64;

    /** How many additions pass between two checks of the backlog. A power of two. */
    private static final int BACKLOG_CHECK_INTERVAL = 1 << 10;

    private static final VarHandle TAIL;
    private static final VarHandle SLOTS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TAIL = lookup.findVarHandle(CreationLog.class, "tail", LogChunk.class);
            SLOTS = lookup.findVarHandle(TrackedReference.class, "slots", LogSlots.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** Whoever the nodes belong to. */
    public final Object owner;

    private final SerialDispatcher dispatcher;
    private final Predicate<Reference<?>> foreignReferences;
    private final Object sweeping = new Object();
    private long visited; // by the last sweep, under the lock
    private final LogSlots none = new LogSlots(this, 0, 0);
    private LogChunk oldest;
    private volatile LogChunk tail;
    private volatile long tailAtLastSweep;
    private volatile long keptByLastSweep;

    /** How many nodes were found dead; written under the lock of the sweep. */
    private volatile long collected;

    /** How many of these wait for their run, or are on their way through the JVM's queue. For tests as well. */
    final Backlog backlog = new Backlog();

    /**
     * @param foreignReferences is given what is found on the queue and is no node of the log, and says whether to sweep
     */
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
        while (true) {
            LogChunk last = tail;
            int slot = last.claim();
            if (slot < LogChunk.SIZE) {
                node.id = last.slots.base + slot;
                SLOTS.set(node, last.slots); // published by the write of the slot, as everything in the node
                last.slots.put(slot, node);
                watch(); // after the slot was written: the reaper does it the other way round
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
     * Waits a moment if the objects of many nodes have died and their actions have not run, or the JVM has not queued them all.
     * Else a program that registers faster than these can be handled would run out of memory.
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

    /** Takes a node that is done out of its slot. Its state has been written before. */
    public void remove(TrackedReference node) {
        LogSlots slots = node.slots;
        if (slots != null) {
            slots.remove(node);
            releaseSlots(node, slots);
        }
    }

    /**
     * Sees that a node that somebody keeps after its end does not hold the slots that it was moved to: there, others
     * stood that were moved on, and so on without end. Those that it was made in hold no more than its contemporaries.
     */
    private void releaseSlots(TrackedReference node, LogSlots slots) {
        if (slots.size() < LogChunk.SIZE) {
            SLOTS.setRelease(node, none);
        }
    }

    /** How many ids have been given. */
    public long appended() {
        LogChunk last = tail;
        return last.slots.base - 1 + last.claimed();
    }

    /** Walks the live nodes with a smaller id than this one, newest first; for the rules see the class comment. */
    public LogIterator newestFirst(long before) {
        return new LogIterator(tail, before, 0, TrackedReference::isLive);
    }

    /** Walks the live nodes with a larger id than this one, newest first. */
    public LogIterator newerThan(long after) {
        return new LogIterator(tail, Long.MAX_VALUE, after, TrackedReference::isLive);
    }

    /** Walks the nodes that run at this moment. */
    public LogIterator running() {
        return new LogIterator(tail, Long.MAX_VALUE, 0, TrackedReference::isRunning);
    }

    /** For tests: how many chunks there are. */
    public int chunks() {
        int count = 0;
        for (LogChunk chunk = oldest; chunk != null; chunk = chunk.next()) {
            count++;
        }
        return count;
    }

    /** For tests: what a thread has done that was stopped in the middle of an append. */
    void claimWithoutWriting() {
        tail.claim();
    }

    /**
     * Sweeps first and empties the queue then: of what died in one collection all is cleared when the first of it is
     * queued, and the JVM goes on queueing for long.
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
        return true; // for the sake of the order
    }

    @Override
    public boolean keepsAlive() {
        return true;
    }

    /** Gathers what is dead, hands it over, and gives back the memory of what is gone. */
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
     * Gathers what is dead and live, whether a sweep has gathered it before or not. For who has stopped the relay, to
     * which a sweep hands over.
     *
     * <p><b>Why this works.</b> Nobody goes along the lists of the sweeps before any more, so their links may be written
     * anew. A sweep that comes after this passes over what has been gathered, so it links no node of this list; what it
     * hands over to the stopped relay is dropped, and still live.
     */
    public TaskBatch claimAllDead() {
        synchronized (sweeping) {
            return claim(new DeadList(), node -> node.claim() || node.isLive());
        }
    }

    /**
     * Allocates nothing.
     *
     * <p><b>Why none is lost if memory or stack is exhausted.</b> The batch and the predicate are made before the first node is
     * marked as gathered, the stack is reserved, and handing over allocates nothing. So what is marked is handed over.
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
                    slots.clear(slot);
                    releaseSlots(node, slots);
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

    /** Unlinks empty chunks and merges sparse neighbours; only what {@link #claim} found complete. */
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
                previous = merge(previous, chunk);
                chunk = previous;
            } else {
                previous = chunk;
            }
        }
        keptByLastSweep = kept;
    }

    /**
     * Moves the nodes of two neighbours into one chunk of exactly their number.
     *
     * <p><b>Why nothing is lost.</b> A node that ends meanwhile writes its state, then reads its place; this writes
     * the place, then reads the state. Where all of it is volatile, either the node is removed from the new chunk by
     * itself, or found done here. A call saves a fence and writes its end with release: then both may miss, and a
     * node that is done stays in its slot until the next sweep finds it so.
     */
    private LogChunk merge(LogChunk older, LogChunk newer) {
        LogSlots slots = new LogSlots(this, older.slots.base, older.kept + newer.kept);
        LogChunk merged = new LogChunk(slots, older.previous());
        int filled = older.slots.copyTo(slots, 0);
        filled = newer.slots.copyTo(slots, filled);
        for (int slot = filled; slot < slots.size(); slot++) {
            slots.clear(slot);
        }
        merged.kept = filled;
        merged.complete = true;
        merged.claimAll();
        for (int slot = 0; slot < filled; slot++) {
            TrackedReference node = slots.get(slot);
            if (node != null) {
                node.slots = slots;
                if (node.isDone()) {
                    slots.clear(slot);
                    releaseSlots(node, slots);
                }
            }
        }
        replace(older, newer, merged);
        return merged;
    }

    private void replace(LogChunk first, LogChunk last, @Nullable LogChunk substitute) {
        LogChunk head = LogChunk.replace(first, last, substitute);
        if (head != null) {
            oldest = head;
        }
    }
}
