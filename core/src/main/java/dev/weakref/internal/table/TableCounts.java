package dev.weakref.internal.table;

import org.jspecify.annotations.Nullable;

/**
 * The counts of a table.
 *
 * @param name the name of the collection, if it has one
 * @param size the entries, including dead ones that have not been expunged
 * @param added entries ever added; replacing a value is not adding
 * @param removed entries ever removed by a caller
 * @param collected entries ever removed because their referent was collected
 */
public record TableCounts(@Nullable String name, long size, long added, long removed, long collected) {

    static TableCounts of(@Nullable String name, Stripe[] stripes) {
        long size = 0;
        long added = 0;
        long removed = 0;
        long collected = 0;
        for (Stripe stripe : stripes) {
            size += stripe.nodes();
            added += stripe.added();
            removed += stripe.removed();
            collected += stripe.collected();
        }
        return new TableCounts(name, size, added, removed, collected);
    }
}
