package dev.weakref.spring.collections;

import dev.weakref.CollectionStats;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A type of weak collection that can be shared. Public for the endpoint and the meters; not for applications.
 *
 * @since 0.1
 */
public final class CollectionKind<C> {

    @SuppressWarnings({"rawtypes", "unchecked"})
    private static final List<CollectionKind<?>> ALL = List.of(
            new CollectionKind<>(
                    WeakValueMap.class,
                    name -> WeakValueMap.builder().name(name).build(),
                    WeakValueMap::stats),
            new CollectionKind<>(
                    WeakKeyMap.class, name -> WeakKeyMap.builder().name(name).build(), WeakKeyMap::stats),
            new CollectionKind<>(
                    WeakSet.class, name -> WeakSet.builder().name(name).build(), WeakSet::stats));

    private final Class<C> type;
    private final Function<String, C> create;
    private final Function<C, CollectionStats> stats;

    private CollectionKind(Class<C> type, Function<String, C> create, Function<C, CollectionStats> stats) {
        this.type = type;
        this.create = create;
        this.stats = stats;
    }

    /** The kind with exactly this type; {@code null} if there is none. */
    public static @Nullable CollectionKind<?> of(@Nullable Class<?> type) {
        for (CollectionKind<?> kind : ALL) {
            if (kind.type == type) {
                return kind;
            }
        }
        return null;
    }

    public Class<C> type() {
        return type;
    }

    C create(String name) {
        return create.apply(name);
    }

    /** Those of a collection of this kind. */
    public CollectionStats stats(Object collection) {
        return stats.apply(type.cast(collection));
    }
}
