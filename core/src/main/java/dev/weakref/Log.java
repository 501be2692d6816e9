package dev.weakref;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
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
final class Log extends Reapable {

    static final int CHUNK_SIZE = 64;

    private static final int MERGE_UP_TO = 48;
    private static final int FEWEST_CHUNKS_TO_HURRY = 64;

    /** After so many additions the backlog is looked at. A power of two. */
    private static final int BACKLOG_CHECK_INTERVAL = 1 << 10;

    private static final VarHandle CLAIMED;
    private static final VarHandle NEXT;
    private static final VarHandle TAIL;
    private static final VarHandle PLACE;
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            CLAIMED = lookup.findVarHandle(Chunk.class, "claimed", int.class);
            NEXT = lookup.findVarHandle(Chunk.class, "next", Chunk.class);
            TAIL = lookup.findVarHandle(Log.class, "tail", Chunk.class);
            PLACE = lookup.findVarHandle(LogNode.class, "place", Slots.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** Whoever the nodes belong to. */
    final Object owner;

    private final Relay relay;
    private final Predicate<Reference<?>> strangers;
    private final Object sweeping = new Object();
    private final Slots nowhere = new Slots(this, 0, 0);
    private Chunk oldest;
    private volatile Chunk tail;
    private volatile long tailAtLastSweep;
    private volatile long keptByLastSweep;

    /** How many nodes were found dead; written under the lock of the sweep. */
    private volatile long collected;

    /** How many of these wait for their run, or are on their way through the JVM's queue. For tests as well. */
    final Backlog backlog = new Backlog();

    /**
     * @param strangers is given what is found on the queue and is no node of the log, and says whether to sweep
     */
    Log(Object owner, Relay relay, Reaper reaper, Predicate<Reference<?>> strangers) {
        super(reaper);
        this.owner = owner;
        this.relay = relay;
        this.strangers = strangers;
        oldest = new Chunk(new Slots(this, 1, CHUNK_SIZE), null);
        tail = oldest;
    }

    /** Adds a node, and gives it its id. The caller holds the node's referent until this has returned. */
    void append(LogNode node) {
        while (true) {
            Chunk last = tail;
            int slot = (int) CLAIMED.getAndAdd(last, 1);
            if (slot < CHUNK_SIZE) {
                node.id = last.slots.base + slot;
                PLACE.set(node, last.slots); // published by the write of the slot, as everything in the node
                SLOT.setVolatile(last.slots.array, slot, node);
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
        backlog.look(() -> collected, relay.waiting());
        if (backlog.isLong()) {
            relay.retry();
            backlog.pause();
        }
    }

    private void extend(Chunk full) {
        Chunk next = full.next;
        if (next == null) {
            Chunk fresh = new Chunk(new Slots(this, full.slots.base + CHUNK_SIZE, CHUNK_SIZE), full);
            if (NEXT.compareAndSet(full, null, fresh)) {
                next = fresh;
                long grownBy = (fresh.slots.base - tailAtLastSweep) / CHUNK_SIZE;
                if (grownBy > Math.max(FEWEST_CHUNKS_TO_HURRY, keptByLastSweep / CHUNK_SIZE)) {
                    tailAtLastSweep = fresh.slots.base;
                    hurry();
                }
            } else {
                next = full.next;
            }
        }
        TAIL.compareAndSet(this, full, next);
    }

    /** Takes a node that is done out of its slot. Its state has been written before. */
    void remove(LogNode node) {
        Slots place = node.place;
        if (place != null) {
            place.remove(node);
            letGo(node, place);
        }
    }

    /**
     * Sees that a node that somebody keeps after its end does not hold the slots that it was moved to: there, others
     * stood that were moved on, and so on without end. Those that it was made in hold no more than its contemporaries.
     */
    private void letGo(LogNode node, Slots place) {
        if (place.size() < CHUNK_SIZE) {
            PLACE.setRelease(node, nowhere);
        }
    }

    /** How many ids have been given. */
    long appended() {
        Chunk last = tail;
        return last.slots.base - 1 + Math.min(last.claimed, CHUNK_SIZE);
    }

    /** Walks the live nodes with a smaller id than this one, newest first; for the rules see the class comment. */
    Walk newestFirst(long before) {
        return new Walk(before, 0, LogNode::isLive);
    }

    /** Walks the live nodes with a larger id than this one, newest first. */
    Walk newerThan(long after) {
        return new Walk(Long.MAX_VALUE, after, LogNode::isLive);
    }

    /** Walks the nodes that run at this moment. */
    Walk running() {
        return new Walk(Long.MAX_VALUE, 0, LogNode::isRunning);
    }

    /** For tests: how many chunks there are. */
    int chunks() {
        int count = 0;
        for (Chunk chunk = oldest; chunk != null; chunk = chunk.next) {
            count++;
        }
        return count;
    }

    /** For tests: what a thread has done that was stopped in the middle of an append. */
    void claimWithoutWriting() {
        CLAIMED.getAndAdd(tail, 1);
    }

    /**
     * Sweeps first and empties the queue then: of what died in one collection all is cleared when the first of it is
     * queued, and the JVM goes on queueing for long.
     */
    @Override
    double reap(@Nullable Reference<?> first, boolean resting) {
        double onTheLiving = first == null || isDue(first) ? sweep() : 0;
        boolean due = false;
        int polls = 0;
        for (Reference<?> dead = queue.poll(); dead != null; dead = ++polls < MOST_POLLS ? queue.poll() : null) {
            due |= isDue(dead);
        }
        backlog.taken(first == null ? polls : polls + 1);
        double last = due ? sweep() : onTheLiving;
        backlog.look(() -> collected, relay.waiting());
        return last;
    }

    @Override
    void everyPass() {
        relay.retry();
    }

    private boolean isDue(Reference<?> dead) {
        return dead instanceof LogNode node ? node.isDue() : strangers.test(dead);
    }

    @Override
    void tidy() {
        sweep();
        relay.nudge();
    }

    @Override
    void visitHolders(Object referent, HolderVisitor visitor) {
        for (Walk live = newestFirst(Long.MAX_VALUE); live.hasNext(); ) {
            LogNode node = live.next();
            if (node.refersTo(referent)) {
                node.visitHolder(visitor);
            }
        }
    }

    @Override
    boolean isEmpty() {
        return !newestFirst(Long.MAX_VALUE).hasNext() && relay.isIdle();
    }

    @Override
    String describe() {
        return relay.name();
    }

    @Override
    boolean canOnlySweep() {
        return true; // for the sake of the order
    }

    @Override
    boolean isHeld() {
        return true;
    }

    /** Gathers what is dead, hands it over, and gives back the memory of what is gone. */
    double sweep() {
        synchronized (sweeping) {
            tailAtLastSweep = tail.slots.base;
            Gathered gathered = gather(new Gathered(), LogNode::gather);
            collected += gathered.count;
            handOver(gathered);
            compact();
            return gathered.visited == 0 ? 0 : 1 - (double) gathered.count / gathered.visited;
        }
    }

    private void handOver(Gathered gathered) {
        LogNode newest = gathered.newest;
        if (newest == null) {
            return;
        }
        try {
            relay.handOver(gathered);
        } catch (VirtualMachineError tookNone) {
            for (LogNode node = newest; node != null; node = node.nextGathered) {
                node.ungather();
            }
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
    Relay.Batch gatherAgain() {
        synchronized (sweeping) {
            return gather(new Gathered(), node -> node.gather() || node.isLive());
        }
    }

    /**
     * Allocates nothing.
     *
     * <p><b>Why none is lost if memory or stack is exhausted.</b> The batch and the predicate are made before the first node is
     * marked as gathered, the stack is reserved, and handing over allocates nothing. So what is marked is handed over.
     */
    private Gathered gather(Gathered gathered, Predicate<LogNode> wanted) {
        StackReserve.ensure();
        for (Chunk chunk = oldest; chunk != null; chunk = chunk.next) {
            chunk.complete = true;
            chunk.kept = 0;
            Slots slots = chunk.slots;
            for (int slot = 0; slot < slots.size(); slot++) {
                LogNode node = slots.get(slot);
                if (node == null) {
                    chunk.complete &= slots.isGone(slot);
                } else if (node.isDone()) {
                    slots.clear(slot);
                    letGo(node, slots);
                } else {
                    chunk.kept++;
                    gathered.visited++;
                    if (node.refersTo(null) && wanted.test(node)) {
                        gathered.add(node);
                    }
                }
            }
        }
        return gathered;
    }

    /** Unlinks empty chunks and merges sparse neighbours; only what {@link #gather} found complete. */
    private void compact() {
        long kept = 0;
        Chunk previous = null;
        for (Chunk chunk = oldest; chunk != null; chunk = chunk.next) {
            kept += chunk.kept;
            if (!chunk.complete || chunk.next == null) {
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
    private Chunk merge(Chunk older, Chunk newer) {
        Slots slots = new Slots(this, older.slots.base, older.kept + newer.kept);
        Chunk merged = new Chunk(slots, older.previous);
        int filled = older.slots.copyTo(slots, 0);
        filled = newer.slots.copyTo(slots, filled);
        for (int slot = filled; slot < slots.size(); slot++) {
            slots.clear(slot);
        }
        merged.kept = filled;
        merged.complete = true;
        merged.claimed = CHUNK_SIZE;
        for (int slot = 0; slot < filled; slot++) {
            LogNode node = slots.get(slot);
            if (node != null) {
                node.place = slots;
                if (node.isDone()) {
                    slots.clear(slot);
                    letGo(node, slots);
                }
            }
        }
        replace(older, newer, merged);
        return merged;
    }

    /** Links the neighbours of a run of chunks with what stands in its place, or with each other. */
    private void replace(Chunk first, Chunk last, @Nullable Chunk substitute) {
        Chunk before = first.previous;
        Chunk after = last.next;
        if (substitute != null) {
            substitute.next = after;
        }
        Chunk forward = substitute != null ? substitute : after;
        if (before == null) {
            oldest = Objects.requireNonNull(forward);
        } else {
            before.next = forward;
        }
        if (after != null) {
            after.previous = substitute != null ? substitute : before;
        }
    }

    /** Some slots, with the links to its neighbours. */
    static final class Chunk {
        final Slots slots;
        volatile int claimed;
        volatile @Nullable Chunk previous;
        volatile @Nullable Chunk next;

        /** Found by the last sweep: nodes that are not done, and whether every slot has been written. */
        int kept;

        boolean complete;

        Chunk(Slots slots, @Nullable Chunk previous) {
            this.slots = slots;
            this.previous = previous;
        }
    }

    /**
     * Where nodes stand. It knows no neighbours, so that a node that somebody keeps after its end does not hold them.
     *
     * <p>A slot that is gone refers to its own array. No other mark would be as cheap: with G1, a reference within one
     * object needs no card to be marked, and no fence.
     */
    static final class Slots {
        final Log log;
        final long base;
        final @Nullable Object[] array;

        Slots(Log log, long base, int size) {
            this.log = log;
            this.base = base;
            array = new Object[size];
        }

        int size() {
            return array.length;
        }

        /** The node that stands here: none where the slot is gone, or not written yet. */
        @Nullable LogNode get(int slot) {
            Object content = SLOT.getVolatile(array, slot);
            return content == array ? null : (LogNode) content;
        }

        boolean isGone(int slot) {
            return SLOT.getVolatile(array, slot) == array;
        }

        void clear(int slot) {
            SLOT.setRelease(array, slot, array);
        }

        void remove(LogNode node) {
            long likely = node.id - base;
            if (likely < array.length && array[(int) likely] == node) {
                clear((int) likely);
                return;
            }
            for (int slot = 0; slot < array.length; slot++) {
                if (get(slot) == node) {
                    clear(slot);
                }
            }
        }

        /** Copies the nodes that are not done to the end of others; where that ends then. */
        private int copyTo(Slots target, int from) {
            int end = from;
            for (int slot = 0; slot < array.length && end < target.size(); slot++) {
                LogNode node = get(slot);
                if (node != null && !node.isDone()) {
                    SLOT.setRelease(target.array, end++, node); // not published yet
                }
            }
            return end;
        }
    }

    /** What a sweep found, newest first, as the relay takes it. */
    private static final class Gathered extends Relay.Batch {
        private @Nullable LogNode newest;
        private long count;
        private long visited;
        private long left;

        void add(LogNode node) {
            node.nextGathered = newest;
            newest = node;
            count++;
            left++;
        }

        @Override
        Relay.@Nullable Leg poll() {
            LogNode node = newest;
            if (node != null) {
                newest = node.nextGathered;
                node.nextGathered = null;
                left--;
            }
            return node;
        }

        @Override
        long left() {
            return left;
        }
    }

    /** A lazy walk over some nodes; not for use by several threads. */
    final class Walk implements Iterator<LogNode> {
        private final Predicate<LogNode> wanted;
        private final long after;
        private @Nullable Chunk chunk;
        private int slot;
        private long bound;
        private @Nullable LogNode found;

        private Walk(long before, long after, Predicate<LogNode> wanted) {
            this.wanted = wanted;
            this.after = after;
            bound = before;
            Chunk last = tail;
            for (Chunk later = last.next; later != null; later = last.next) {
                last = later;
            }
            chunk = last;
            slot = last.slots.size();
        }

        @Override
        public boolean hasNext() {
            while (chunk != null && found == null) {
                Chunk here = chunk;
                if (--slot < 0 || here.slots.base >= bound) {
                    chunk = here.slots.base > after ? here.previous : null;
                    slot = chunk == null ? 0 : chunk.slots.size();
                } else {
                    accept(here.slots.get(slot));
                }
            }
            return found != null;
        }

        private void accept(@Nullable LogNode node) {
            if (node != null && node.id < bound && node.id > after && wanted.test(node)) {
                bound = node.id;
                found = node;
            }
        }

        @Override
        public LogNode next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            LogNode node = Objects.requireNonNull(found);
            found = null;
            return node;
        }
    }
}
