package dev.weakref.internal.table;

import dev.weakref.internal.support.ValueBased;
import dev.weakref.internal.table.TableNode.Entry;
import dev.weakref.internal.table.TableNode.Reserved;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link WeakTable} makes the nodes of new entries: which side is weak, which of two equal keys is kept, and what
 * is checked before.
 */
public abstract class NewEntries<K, V> extends TableLookup<K, V> {

    final boolean replaceKeys;
    final @Nullable BiConsumer<Object, Object> valueCheck;

    NewEntries(TableOptions<K> options) {
        super(options);
        replaceKeys = options.replaceKeys();
        valueCheck = options.valueCheck();
    }

    /** The key of an entry: the first one that was put if it is alive, otherwise this one. */
    final K keyOr(@Nullable TableNode node, K key) {
        K first = keyOf(node);
        return first != null ? first : key;
    }

    /** A node to be linked in front of this head. */
    final TableNode first(K key, V value, int hash, @Nullable TableNode head) {
        check(key, value);
        return weakKeys ? TableNode.of(key, queue, hash, value, head) : TableNode.of(value, queue, hash, key, head);
    }

    /** A node to be put in the place of another one. */
    final Entry entry(K key, V value, int hash) {
        check(key, value);
        return weakKeys ? new Entry(key, queue, hash, value, null) : new Entry(value, queue, hash, key, null);
    }

    /** First whether the entry is refused, then whether its weak side is worth a warning. */
    private void check(K key, V value) {
        checkValue(key, value);
        ValueBased.warn(weakKeys ? key : value);
    }

    final void checkValue(K key, V value) {
        if (valueCheck != null) {
            valueCheck.accept(key, value);
        }
    }

    final Reserved reserved(K key, int hash, Reservation reservation, @Nullable TableNode head) {
        return weakKeys
                ? new Reserved(key, hash, null, reservation, head)
                : new Reserved(null, hash, key, reservation, head);
    }
}
