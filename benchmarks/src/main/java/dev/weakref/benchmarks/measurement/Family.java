package dev.weakref.benchmarks.measurement;

import com.blogspot.mydailyjava.weaklockfree.WeakConcurrentMap;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import com.google.common.collect.MapMaker;
import dev.weakref.WeakInterner;
import dev.weakref.WeakKeyMap;
import dev.weakref.WeakSet;
import dev.weakref.WeakValueMap;
import java.lang.reflect.Field;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;
import org.apache.commons.collections4.map.AbstractHashedMap;
import org.apache.commons.collections4.map.AbstractReferenceMap.ReferenceStrength;
import org.apache.commons.collections4.map.ReferenceMap;
import org.jspecify.annotations.Nullable;

/** A kind of weak collection, and who has one of that kind. */
public enum Family {
    VALUES("WeakValueMap", Peer.CORE, Peer.GUAVA, Peer.CAFFEINE, Peer.COMMONS, Peer.STRONG),
    IDENTITY_KEYS("WeakKeyMap.identity()", Peer.CORE, Peer.GUAVA, Peer.CAFFEINE, Peer.LOCK_FREE),
    KEYS("WeakKeyMap", Peer.CORE, Peer.WEAK_HASH_MAP, Peer.COMMONS),
    SETS("WeakSet", Peer.CORE, Peer.WEAK_HASH_MAP),
    INTERNER("WeakInterner", Peer.CORE, Peer.GUAVA, Peer.CAFFEINE);

    public final String label;
    public final ImmutableList<Peer> peers;

    Family(String label, Peer... peers) {
        this.label = label;
        this.peers = ImmutableList.copyOf(peers);
    }

    /** An empty collection of that kind, made by this peer. */
    Subject create(Peer peer) {
        Subject made = switch (this) {
            case VALUES -> values(peer);
            case IDENTITY_KEYS -> identityKeys(peer);
            case KEYS -> keys(peer);
            case SETS -> sets(peer);
            case INTERNER -> interner(peer);
        };
        if (made == null) {
            throw new IllegalArgumentException(peer + " has no " + this);
        }
        return made;
    }

    private static @Nullable Subject values(Peer peer) {
        switch (peer) {
            case CORE -> {
                WeakValueMap<Object, Object> map = WeakValueMap.create();
                return Subject.of(map, map::estimatedSize);
            }
            case GUAVA -> {
                ConcurrentMap<Object, Object> map = new MapMaker().weakValues().makeMap();
                return Subject.of(map, map::size);
            }
            case CAFFEINE -> {
                return of(Caffeine.newBuilder().weakValues().build());
            }
            case COMMONS -> {
                return synchronizedMap(new ReferenceMap<>(ReferenceStrength.HARD, ReferenceStrength.WEAK));
            }
            case STRONG -> {
                ConcurrentMap<Object, Object> map = new ConcurrentHashMap<>();
                return Subject.of(map, map::size);
            }
            default -> {
                return null;
            }
        }
    }

    private static @Nullable Subject identityKeys(Peer peer) {
        switch (peer) {
            case CORE -> {
                WeakKeyMap<Object, Object> map = WeakKeyMap.identity();
                return Subject.of(map, map::estimatedSize);
            }
            case GUAVA -> {
                ConcurrentMap<Object, Object> map = new MapMaker().weakKeys().makeMap();
                return Subject.of(map, map::size);
            }
            case CAFFEINE -> {
                return of(Caffeine.newBuilder().weakKeys().build());
            }
            case LOCK_FREE -> {
                WeakConcurrentMap<Object, Object> map = new WeakConcurrentMap<>(true);
                return Subject.of(new LockFree(map), map::approximateSize);
            }
            default -> {
                return null;
            }
        }
    }

    private static @Nullable Subject keys(Peer peer) {
        switch (peer) {
            case CORE -> {
                WeakKeyMap<Object, Object> map = WeakKeyMap.create();
                return Subject.of(map, map::estimatedSize);
            }
            case WEAK_HASH_MAP -> {
                return synchronizedMap(new WeakHashMap<>());
            }
            case COMMONS -> {
                return synchronizedMap(new ReferenceMap<>(ReferenceStrength.WEAK, ReferenceStrength.HARD));
            }
            default -> {
                return null;
            }
        }
    }

    private static @Nullable Subject sets(Peer peer) {
        switch (peer) {
            case CORE -> {
                WeakSet<Object> set = WeakSet.create();
                return Subject.of(set, set::estimatedSize);
            }
            case WEAK_HASH_MAP -> {
                WeakHashMap<Object, Boolean> map = new WeakHashMap<>();
                Set<Object> set = Collections.synchronizedSet(Collections.newSetFromMap(map));
                return Subject.of(set, fieldOf(map, WeakHashMap.class));
            }
            default -> {
                return null;
            }
        }
    }

    private static @Nullable Subject interner(Peer peer) {
        switch (peer) {
            case CORE -> {
                WeakInterner<Object> interner = WeakInterner.create();
                return Subject.of(interner::intern);
            }
            case GUAVA -> {
                Interner<Object> interner = Interners.newWeakInterner();
                return Subject.of(interner::intern);
            }
            case CAFFEINE -> {
                com.github.benmanes.caffeine.cache.Interner<Object> interner =
                        com.github.benmanes.caffeine.cache.Interner.newWeakInterner();
                return Subject.of(interner::intern);
            }
            default -> {
                return null;
            }
        }
    }

    private static Subject of(Cache<Object, Object> cache) {
        return Subject.of(cache.asMap(), cache::estimatedSize);
    }

    private static Subject synchronizedMap(Map<Object, Object> map) {
        Class<?> declaring = map instanceof WeakHashMap ? WeakHashMap.class : AbstractHashedMap.class;
        return Subject.of(Collections.synchronizedMap(map), fieldOf(map, declaring));
    }

    /** The size as it stands in the map's field: who calls {@code size()} has the dead removed in his own thread. */
    private static LongSupplier fieldOf(Map<?, ?> map, Class<?> declaring) {
        try {
            Field size = declaring.getDeclaredField("size");
            size.setAccessible(true);
            return () -> {
                try {
                    return size.getInt(map);
                } catch (IllegalAccessException impossible) {
                    throw new IllegalStateException(impossible);
                }
            };
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Not a map by itself. */
    private static final class LockFree extends AbstractMap<Object, Object> {

        private final WeakConcurrentMap<Object, Object> map;

        LockFree(WeakConcurrentMap<Object, Object> map) {
            this.map = map;
        }

        @Override
        public @Nullable Object get(Object key) {
            return map.get(key);
        }

        @Override
        public @Nullable Object put(Object key, Object value) {
            return map.put(key, value);
        }

        @Override
        public @Nullable Object putIfAbsent(Object key, Object value) {
            return map.putIfAbsent(key, value);
        }

        @Override
        public @Nullable Object remove(Object key) {
            return map.remove(key);
        }

        @Override
        public Set<Entry<Object, Object>> entrySet() {
            return new java.util.AbstractSet<>() {
                @Override
                public java.util.Iterator<Entry<Object, Object>> iterator() {
                    return map.iterator();
                }

                @Override
                public int size() {
                    return map.approximateSize();
                }
            };
        }
    }
}
