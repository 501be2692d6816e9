package dev.weakref.internal.reap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a {@link LogChunk}. They know no neighbours, so that a reference that its user keeps after its end does
 * not keep other chunks.
 *
 * <p>A slot is empty, then has its reference, and then is <em>gone</em>, and never goes back. A slot that is gone
 * refers to its own array, because no other mark is as cheap: G1's write barrier skips card marking, and its fence, for
 * a reference within one object.
 */
public final class LogSlots {

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
    private static final VarHandle SLOTS;

    static {
        try {
            SLOTS = MethodHandles.lookup().findVarHandle(TrackedReference.class, "slots", LogSlots.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    final CreationLog log;

    /** The id of the reference in the first slot, if it was created there. */
    final long base;

    private final @Nullable Object[] array;

    LogSlots(CreationLog log, long base, int size) {
        this.log = log;
        this.base = base;
        array = new Object[size];
    }

    int size() {
        return array.length;
    }

    /** The reference in a slot; {@code null} if the slot is gone, or still empty. */
    @Nullable TrackedReference get(int slot) {
        Object content = SLOT.getVolatile(array, slot);
        return content == array ? null : (TrackedReference) content;
    }

    boolean isGone(int slot) {
        return SLOT.getVolatile(array, slot) == array;
    }

    /** Gives a new reference its id, and publishes it with all that was written to it before. */
    void add(int slot, TrackedReference reference) {
        reference.id = base + slot;
        SLOTS.set(reference, this); // published by the write of the slot
        SLOT.setVolatile(array, slot, reference);
    }

    void clear(int slot) {
        SLOT.setRelease(array, slot, array);
    }

    /** Takes a reference that is done out of this slot. */
    void free(int slot, TrackedReference reference) {
        clear(slot);
        release(reference);
    }

    /** Takes a reference that is done out of its slot. */
    void remove(TrackedReference reference) {
        clear(reference);
        release(reference);
    }

    /**
     * Keeps a finished reference that the user still holds from pinning the slots it was last moved to, and through
     * them an unbounded history of later ones. The slots it was created in pin at most its contemporaries.
     */
    private void release(TrackedReference reference) {
        if (array.length < LogChunk.SIZE) {
            SLOTS.setRelease(reference, log.none);
        }
    }

    private void clear(TrackedReference reference) {
        long likely = reference.id - base;
        if (likely < array.length && array[(int) likely] == reference) {
            clear((int) likely);
            return;
        }
        for (int slot = 0; slot < array.length; slot++) {
            if (get(slot) == reference) {
                clear(slot);
            }
        }
    }

    /** Copies what is not done to slots that are not published yet; returns the index after the last copy. */
    int copyTo(LogSlots target, int from) {
        int end = from;
        for (int slot = 0; slot < array.length && end < target.size(); slot++) {
            TrackedReference reference = get(slot);
            if (reference != null && !reference.isDone()) {
                SLOT.setRelease(target.array, end++, reference);
            }
        }
        return end;
    }
}
