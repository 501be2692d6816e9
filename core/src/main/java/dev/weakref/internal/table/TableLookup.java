package dev.weakref.internal.table;

import dev.weakref.internal.table.TableNode.Reserved;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link WeakTable} finds entries. It takes no lock, and runs the {@code hashCode} and {@code equals} of the
 * keys.
 */
public abstract class TableLookup<K, V> extends DeadEntries<K, V> {

    public final TableOptions.Kind kind;
    private final boolean identity;
    private @Nullable WeakReference<Object> owner;

    TableLookup(TableOptions<K> options) {
        super(options);
        kind = options.kind();
        identity = kind == TableOptions.Kind.WEAK_IDENTITY_KEYS;
    }

    /** Notes whose table it is, for {@link #visitHolders}. The collection is not held. */
    public final void belongsTo(Object collection) {
        owner = new WeakReference<>(collection);
    }

    @Override
    public final void visitHolders(Object referent, HolderVisitor visitor) {
        Object collection = owner == null ? null : owner.get();
        if (collection == null) {
            return;
        }
        @Nullable TableNode[] array = chains();
        for (int bin = 0; bin < array.length; bin++) {
            for (TableNode node = headOf(array, bin); node != null; node = node.next()) {
                TableNode entry = entryIn(node);
                if (entry != null && entry.refersTo(referent)) {
                    visitor.visit(collection, name);
                }
            }
        }
    }

    /** These elements in a set that holds them and compares as the keys are compared. */
    public final Set<Object> comparable(Collection<?> elements) {
        Set<Object> held = identity ? Collections.newSetFromMap(new IdentityHashMap<>()) : new HashSet<>();
        held.addAll(elements);
        return held;
    }

    public final @Nullable V get(Object key) {
        int hash = hash(key);
        TableNode node = find(headOf(chains(), hash), key, hash);
        return node == null ? null : valueOf(node);
    }

    /** The value of a key; {@code null} while a mapping function runs for that key. */
    public final @Nullable V getUnlessReserved(Object key) {
        int hash = hash(key);
        TableNode node = find(headOf(chains(), hash), key, hash);
        return node == null || node instanceof Reserved ? null : valueOf(node);
    }

    /** The live key that is equal to this one, if there is an entry for it. */
    public final @Nullable K getKey(Object key) {
        int hash = hash(key);
        TableNode node = find(headOf(chains(), hash), key, hash);
        return node == null || valueOf(node) == null ? null : keyOf(entryIn(node));
    }

    final int hash(Object key) {
        int hash = identity ? System.identityHashCode(Objects.requireNonNull(key, "key")) : key.hashCode();
        return hash ^ hash >>> 16;
    }

    final @Nullable TableNode find(@Nullable TableNode head, Object key, int hash) {
        for (TableNode node = head; node != null; node = node.next()) {
            if (node.hash == hash && matches(node, key)) {
                return node;
            }
        }
        return null;
    }

    private boolean matches(TableNode node, Object key) {
        if (identity) {
            return node.refersTo(key);
        }
        Object other = weakKeys ? node.get() : node.strong();
        return other == key || (other != null && key.equals(other));
    }

    public final @Nullable K liveKey(TableNode node) {
        TableNode entry = entryIn(node);
        return entry == null || (!weakKeys && entry.refersTo(null)) ? null : keyOf(entry);
    }

    public final @Nullable V liveValue(TableNode node) {
        TableNode entry = entryIn(node);
        return entry == null || (weakKeys && entry.refersTo(null)) ? null : valueOf(entry);
    }
}
