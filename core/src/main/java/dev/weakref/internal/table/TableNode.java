package dev.weakref.internal.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a {@link WeakTable}: its weak side is the referent.
 *
 * <p>This class itself is the small shape, 32 bytes with compressed references instead of 40: for an entry whose strong
 * side is {@code true}, as in a set, and that is the last of its chain. Chains grow only at their head, so it stays the
 * last for ever. All others are an {@link Entry}.
 */
public class TableNode extends WeakReference<Object> {

    private static final Object TRUE = true;

    final int hash;

    private TableNode(@Nullable Object referent, @Nullable ReferenceQueue<Object> queue, int hash) {
        super(referent, queue);
        this.hash = hash;
    }

    /** A node to be linked in front of another one. */
    static TableNode of(
            Object referent, ReferenceQueue<Object> queue, int hash, Object strong, @Nullable TableNode next) {
        return next == null && strong == TRUE
                ? new TableNode(referent, queue, hash)
                : new Entry(referent, queue, hash, strong, next);
    }

    /** The strong side, with what was written before it. */
    final @Nullable Object strong() {
        return this instanceof Entry entry ? Entry.STRONG.getAcquire(entry) : TRUE;
    }

    /** The next node of the chain, with what its writer has written before. */
    public final @Nullable TableNode next() {
        return this instanceof Entry entry ? (TableNode) Entry.NEXT.getAcquire(entry) : null;
    }

    boolean isSameAs(TableNode other) {
        return this == other;
    }

    /** A copy that can replace this node; {@code null} if the weak side is dead. */
    @Nullable Entry copy(ReferenceQueue<Object> queue) {
        Object referent = get();
        return referent == null ? null : new Entry(referent, queue, hash, strong(), null);
    }

    /** A copy to be linked in front of another one; {@code null} if the weak side is dead. */
    @Nullable TableNode copy(ReferenceQueue<Object> queue, @Nullable TableNode next) {
        Object referent = get();
        Object strong = strong();
        return referent == null || strong == null ? null : of(referent, queue, hash, strong, next);
    }

    /** The shape with all fields. */
    static class Entry extends TableNode {

        private static final VarHandle STRONG;
        private static final VarHandle NEXT;

        static {
            try {
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                STRONG = lookup.findVarHandle(Entry.class, "strong", Object.class);
                NEXT = lookup.findVarHandle(Entry.class, "next", TableNode.class);
            } catch (ReflectiveOperationException impossible) {
                throw new ExceptionInInitializerError(impossible);
            }
        }

        @SuppressWarnings("UnusedVariable") // read and written through STRONG
        private @Nullable Object strong;

        /** Read through NEXT. Written by {@link TableChains} under its lock, after a release fence. */
        @Nullable TableNode next;

        Entry(
                @Nullable Object referent,
                @Nullable ReferenceQueue<Object> queue,
                int hash,
                @Nullable Object strong,
                @Nullable TableNode next) {
            super(referent, queue, hash);
            this.strong = strong;
            this.next = next;
        }

        final void strong(Object other) {
            STRONG.setRelease(this, other);
        }
    }

    /** Replaces the node of a key while a mapping function runs for it. */
    public static final class Reserved extends Entry {
        final Reservation reservation;

        Reserved(
                @Nullable Object referent,
                int hash,
                @Nullable Object strong,
                Reservation reservation,
                @Nullable TableNode next) {
            super(referent, null, hash, strong, next);
            this.reservation = reservation;
        }

        /** The node of the entry that was there before. */
        @Nullable TableNode previous() {
            return reservation.previous;
        }

        @Override
        boolean isSameAs(TableNode other) {
            return other instanceof Reserved reserved && reserved.reservation == reservation;
        }

        @Override
        TableNode copy(ReferenceQueue<Object> queue, @Nullable TableNode next) {
            return new Reserved(get(), hash, strong(), reservation, next);
        }
    }
}
