package dev.weakref.internal.table;

import java.lang.ref.ReferenceQueue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The chains and stripes of a table after a resize, before any other thread sees them. */
public final class ResizedTable {

    final @Nullable TableNode[] bins;
    final Stripe[] stripes;

    /** @param locked the stripes of the table before, whose counts are continued */
    ResizedTable(int capacity, Stripe[] locked) {
        bins = new TableNode[capacity];
        stripes = Stripe.arrayFor(capacity, locked);
    }

    /**
     * Copies the live nodes. They are copied, not moved, so that the old chains stay whole for their readers.
     *
     * @param dead takes the nodes that are left out because their referent is dead
     * @param held takes the referents of the others
     */
    void addAll(
            @Nullable TableNode[] from,
            ReferenceQueue<Object> queue,
            CollectedNotices<?> dead,
            List<@Nullable Object> held) {
        for (int bin = 0; bin < from.length; bin++) {
            for (TableNode node = TableChains.headOf(from, bin); node != null; node = node.next()) {
                Stripe stripe = Stripe.of(stripes, node.hash);
                Object referent = node.get();
                int target = node.hash & (bins.length - 1);
                TableNode copy = node.copy(queue, bins[target]);
                if (copy != null) {
                    held.add(referent);
                    bins[target] = copy;
                    stripe.nodes++;
                } else {
                    stripe.collected++;
                    dead.add(node);
                }
            }
        }
    }
}
