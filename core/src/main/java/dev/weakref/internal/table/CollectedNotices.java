package dev.weakref.internal.table;

import dev.weakref.internal.dispatch.ListenerCalls;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The collected entries that a notifier is to be told of, in a thread of the library. Made before they are unlinked, so
 * that none is lost after that.
 */
public final class CollectedNotices<K> extends ListenerCalls.Calls {

    private final @Nullable RemovalNotifier<? super K> notifier;
    private final boolean weakKeys;
    private final List<TableNode> nodes = new ArrayList<>();

    /** @param notifier is told of them; {@code null} if there is none */
    CollectedNotices(@Nullable RemovalNotifier<? super K> notifier, boolean weakKeys) {
        super("A removal listener");
        this.notifier = notifier;
        this.weakKeys = weakKeys;
    }

    /** Adds a node that is about to be unlinked. If it throws because memory is exhausted, the node is unchanged. */
    void add(TableNode node) {
        if (notifier != null) {
            nodes.add(node);
        }
    }

    /** Removes the node that was added last. */
    void removeLast() {
        if (notifier != null) {
            nodes.remove(nodes.size() - 1);
        }
    }

    /** Passes all of them to the notifier, in a thread of the library. */
    void submit() {
        if (!nodes.isEmpty()) {
            ListenerCalls.submit(this);
        }
    }

    @Override
    public int size() {
        return nodes.size();
    }

    @Override
    @SuppressWarnings("unchecked") // the table whose nodes these are has keys of this type
    public void call(int number) {
        if (notifier != null) {
            Object strong = nodes.get(number).strong();
            notifier.collected(weakKeys ? null : (K) strong, weakKeys ? strong : null);
        }
    }
}
