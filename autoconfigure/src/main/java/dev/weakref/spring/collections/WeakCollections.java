package dev.weakref.spring.collections;

import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;

/**
 * The shared weak collections of an application context: one for each generic type and name.
 *
 * <pre>{@code
 * WeakValueMap<String, Session> sessions = collections.valueMap(String.class, Session.class);
 * WeakValueMap<String, List<Session>> archive =
 *         collections.get(new ParameterizedTypeReference<>() {}, "archive");
 * }</pre>
 *
 * <p>The same ones are injected wherever a bean asks for one by type; the name is then the
 * {@code @Qualifier}. They are made when first asked for and held until the context goes. For use by any thread.
 *
 * @since 0.1
 */
public final class WeakCollections {

    private static final Log log = LogFactory.getLog(WeakCollections.class);

    private static final int LONGEST_NAME = 200;

    private final Map<Key, Object> shared = new ConcurrentHashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /** The map with weak values of this type without a name. */
    public <K, V> WeakValueMap<K, V> valueMap(Class<K> keys, Class<V> values) {
        return valueMap(keys, values, null);
    }

    /** The map of this type and name; without a name if it is {@code null}. */
    @SuppressWarnings("unchecked")
    public <K, V> WeakValueMap<K, V> valueMap(Class<K> keys, Class<V> values, @Nullable String name) {
        return (WeakValueMap<K, V>) get(ResolvableType.forClassWithGenerics(WeakValueMap.class, keys, values), name);
    }

    /** The map with weak keys of this type, compared by {@code equals}, without a name. */
    public <K, V> WeakKeyMap<K, V> keyMap(Class<K> keys, Class<V> values) {
        return keyMap(keys, values, null);
    }

    /** The map with weak keys of this type and name; without a name if it is {@code null}. */
    @SuppressWarnings("unchecked")
    public <K, V> WeakKeyMap<K, V> keyMap(Class<K> keys, Class<V> values, @Nullable String name) {
        return (WeakKeyMap<K, V>) get(ResolvableType.forClassWithGenerics(WeakKeyMap.class, keys, values), name);
    }

    /** The set of this type, compared by {@code equals}, without a name. */
    public <E> WeakSet<E> set(Class<E> elements) {
        return set(elements, null);
    }

    /** The set of this type and name; without a name if it is {@code null}. */
    @SuppressWarnings("unchecked")
    public <E> WeakSet<E> set(Class<E> elements, @Nullable String name) {
        return (WeakSet<E>) get(ResolvableType.forClassWithGenerics(WeakSet.class, elements), name);
    }

    /** The collection of this type without a name; errors as in {@link #get(ParameterizedTypeReference, String)}. */
    public <C> C get(ParameterizedTypeReference<C> type) {
        return get(type, null);
    }

    /**
     * The collection of this type and name.
     *
     * @param name {@code null} for the one without a name
     * @throws IllegalArgumentException if it is no type of weak collection
     * @throws UnclearCollectionTypeException if the type is raw or has wildcards for type arguments
     */
    @SuppressWarnings("unchecked")
    public <C> C get(ParameterizedTypeReference<C> type, @Nullable String name) {
        return (C) get(ResolvableType.forType(type), name);
    }

    Object get(ResolvableType type, @Nullable String name) {
        CollectionKind kind = CollectionKind.of(type.resolve());
        if (kind == null) {
            throw new IllegalArgumentException(type
                    + " is no weak collection that can be shared; ask for a WeakValueMap, a WeakKeyMap or a WeakSet");
        }
        TypeKey key = TypeKey.of(type);
        if (key == null || !key.isExact()) {
            throw new UnclearCollectionTypeException(type);
        }
        Key asked = new Key(key, name);
        Object known = shared.get(asked);
        return known != null ? known : make(asked, kind);
    }

    private Object make(Key asked, CollectionKind kind) {
        Object made = kind.create(asked.label());
        Object other = shared.putIfAbsent(asked, made);
        if (other != null) {
            return other;
        }
        listeners.forEach(listener -> tell(listener, asked, kind, made));
        return made;
    }

    /** Tells of what has been made, and of what will be; of one that is made at this moment perhaps twice. */
    public void onMade(Listener listener) {
        listeners.add(listener);
        for (Map.Entry<Key, Object> made : shared.entrySet()) {
            tell(listener, made.getKey(), kind(made.getValue()), made.getValue());
        }
    }

    /** A listener that fails does not fail the request for a collection. */
    private static void tell(Listener listener, Key key, CollectionKind kind, Object collection) {
        try {
            listener.made(collection, kind, key.type.toString(), key.name);
        } catch (RuntimeException | LinkageError listenersFault) {
            log.warn("The meters of the shared " + key.type + " could not be made", listenersFault);
        }
    }

    /** Is told of collections. A {@link RuntimeException} or {@link LinkageError} that it throws is logged. */
    public interface Listener {

        /** Called in the thread that asked for the collection, or that added this listener. */
        void made(Object collection, CollectionKind kind, String type, @Nullable String name);
    }

    /** What has been made so far, by type and name. */
    public List<SharedCollection> list() {
        return shared.entrySet().stream()
                .map(entry -> describe(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparing(SharedCollection::type)
                        .thenComparing(SharedCollection::name, Comparator.nullsFirst(Comparator.naturalOrder())))
                .toList();
    }

    private static SharedCollection describe(Key key, Object collection) {
        return new SharedCollection(
                key.type.toString(), key.name, kind(collection).stats(collection));
    }

    private static CollectionKind kind(Object collection) {
        CollectionKind kind = CollectionKind.of(collection.getClass());
        if (kind == null) {
            throw new IllegalStateException(collection.getClass() + " is shared, but of no kind");
        }
        return kind;
    }

    private record Key(TypeKey type, @Nullable String name) {

        String label() {
            String label = name != null && !name.isBlank() ? name : type.toString();
            return label.substring(0, Math.min(label.length(), LONGEST_NAME));
        }
    }
}
