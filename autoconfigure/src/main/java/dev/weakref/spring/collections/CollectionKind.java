package dev.weakref.spring.collections;

import dev.weakref.CollectionStats;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import org.jspecify.annotations.Nullable;

/**
 * A type of weak collection that can be shared. Public for the endpoint and the meters; not for applications.
 *
 * @since 0.1
 */
public enum CollectionKind {
    VALUE_MAP(WeakValueMap.class),
    KEY_MAP(WeakKeyMap.class),
    SET(WeakSet.class);

    private final Class<?> type;

    CollectionKind(Class<?> type) {
        this.type = type;
    }

    /** The kind with exactly this type; {@code null} if there is none. */
    public static @Nullable CollectionKind of(@Nullable Class<?> type) {
        for (CollectionKind kind : values()) {
            if (kind.type == type) {
                return kind;
            }
        }
        return null;
    }

    public Class<?> type() {
        return type;
    }

    Object create(String name) {
        return switch (this) {
            case VALUE_MAP -> WeakValueMap.builder().name(name).build();
            case KEY_MAP -> WeakKeyMap.builder().name(name).build();
            case SET -> WeakSet.builder().name(name).build();
        };
    }

    /** Those of a collection of this kind. */
    public CollectionStats stats(Object collection) {
        return switch (this) {
            case VALUE_MAP -> ((WeakValueMap<?, ?>) collection).stats();
            case KEY_MAP -> ((WeakKeyMap<?, ?>) collection).stats();
            case SET -> ((WeakSet<?>) collection).stats();
        };
    }
}
