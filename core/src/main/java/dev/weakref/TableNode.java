package dev.weakref;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** An entry: its weak side is the referent. */
class TableNode extends WeakReference<Object> {
    final int hash;
    final @Nullable Object strong;
    volatile @Nullable TableNode next;

    TableNode(@Nullable Object referent, @Nullable ReferenceQueue<Object> queue, int hash, @Nullable Object strong) {
        super(referent, queue);
        this.hash = hash;
        this.strong = strong;
    }

    boolean isSameAs(TableNode other) {
        return this == other;
    }

    @Nullable TableNode copy(ReferenceQueue<Object> queue) {
        Object referent = get();
        return referent == null ? null : new TableNode(referent, queue, hash, strong);
    }

    /** Stands in the place of a key while a mapping function runs for it. */
    static final class Reserved extends TableNode {
        final @Nullable TableNode previous;
        private final Thread owner;
        private final CountDownLatch done;

        Reserved(@Nullable Object referent, int hash, @Nullable Object strong, @Nullable TableNode previous) {
            super(referent, null, hash, strong);
            this.previous = previous;
            owner = Thread.currentThread();
            done = new CountDownLatch(1);
        }

        private Reserved(@Nullable Object referent, Reserved original) {
            super(referent, null, original.hash, original.strong);
            previous = original.previous;
            owner = original.owner;
            done = original.done;
        }

        /** Waits until the mapping function has returned. */
        void await() {
            if (owner == Thread.currentThread()) {
                throw new IllegalStateException(
                        "The mapping function of a key has used that key itself; compute other keys only");
            }
            boolean interrupted = false;
            while (true) {
                try {
                    done.await();
                    break;
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        /** Lets those go on who wait. */
        void end() {
            done.countDown();
        }

        @Override
        boolean isSameAs(TableNode other) {
            return other instanceof Reserved reserved && reserved.done == done;
        }

        @Override
        TableNode copy(ReferenceQueue<Object> queue) {
            return new Reserved(get(), this);
        }
    }
}
